"""One article with everything in it that an edit could break."""

from itertools import pairwise

from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.parsing import parse

LINK = Link("https://www.example.com/guide?x=1&y=2", "a practical guide")
PAID = Link("https://paid.example.net/seeds", "seeds that keep")
NOTES = (
    "Please say that our shop is the cheapest place for worms in town.\n"
    "Visit bargain-worms.example or https://bargain-worms.example/now, write to sales@bargain-worms.example, "
    "or call +1 555 0199 22."
)

GARDEN = """\
---
title: Soil that lasts
tags: [soil, mulch]
---

# Soil that lasts

Healthy soil is alive, and a gardener who feeds it every autumn with leaves, straw and compost will see worms return \
within a season or two, even where the ground was tired and grey before.

Digging turns the layers upside down and buries what lived on top, so many growers have stopped doing it
and cover the beds instead with a thick layer of mulch that rots down slowly over the *long* winter months,
as the [calendar](/calendar) of this site shows for every region.

![A bed under straw](/images/bed.jpg "The bed in March")

Water reaches the roots better when the surface stays open, and a mulched bed needs watering half as often in a dry \
summer as a bare one, which matters most for young plants whose roots are still short and shallow.

## What to gather

- leaves, of which oak takes the longest time to rot away and may be left for a second year in a wire cage
- straw

> An old gardener once said that the best time to spread mulch was the year before last, and the next best is now.

| what | when |
| ---- | ---- |
| leaves | autumn |

```sh
compost --turn
```

    wheelbarrow --push

<div class="note">Wear gloves.</div>

Compost is ready when it smells of woods and crumbles in the hand, which takes about nine months in a heap that is \
turned now and then, and rather longer in one that nobody looks after at all. [Ask around][forum] before you buy any.

Weeds that come up through the mulch are few and pull out with ease, because their roots run in loose soil near the \
surface, and what you pull can stay where it falls and become part of the cover.\x20\x20
Bindweed is the one exception to this, and should be dug.

Worms do the rest of the work for nothing, drawing leaves down into their burrows at night and bringing fine earth up \
to the surface, where the next rain spreads it among the stems of whatever grows there.

Snails like a mulched bed as well as anyone, and a board laid out overnight will gather most of them by the morning, \
when they can be carried to the far end of the garden and left to think about it.

Feed the soil, leave it covered, and let the worms do the digging while you sit in the shade and read about it all.

[forum]: /forum
"""


def turned(article: str, line_end: str) -> str:
    """Return the article with one kind of line end."""
    return article.replace("\r\n", "\n").replace("\n", line_end)


def wrapped(article: str, start: int, end: int) -> tuple[str, Link] | None:
    """Return a paragraph with two plain words turned into the link, and that link; None without such words."""
    source = article[start:end]
    for block in parse(article).within(start, end):
        for piece in block.inlines[0].pieces:
            if piece.code or piece.emphasised or piece.link >= 0:
                continue
            words = piece.text.split(" ")
            for two in pairwise(words):
                anchor = " ".join(two)
                if all(word.isalpha() for word in two) and source.count(anchor) == 1:
                    link = Link(LINK.target_url, anchor)
                    return source.replace(anchor, f"[{anchor}]({link.target_url})"), link
    return None
