"""A correct article with everything that is allowed, and the order that it was written for."""

from blogqueue.writing.article.brief import ArticleBrief, Candidate
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.markdown.links import Link, format_link

LINK = Link("https://www.example.com/guide?x=1&y=2", "a practical guide")
LITERAL = format_link(LINK)
SOIL, WORMS, RAIN, TOOLS = (
    Candidate("Soil that lasts", "/articles/soil-that-lasts"),
    Candidate("Worms at work", "/articles/worms-at-work"),
    Candidate("Gathering rain", "/articles/gathering-rain"),
    Candidate("Tools for a lifetime", "/articles/tools-for-a-lifetime"),
)
BRIEF = ArticleBrief(
    site="Garden Notes",
    language="en",
    niche="gardening",
    topic="Mulching through a dry summer",
    keyword="straw mulch",
    link=LINK,
    candidates=(SOIL, WORMS, RAIN, TOOLS),
)
TITLE = "Mulching through a dry summer: what straw can do"
LEAD = """\
A dry summer asks more of a garden than any winter does. The ground cracks, the can grows heavy, and by the middle of
July most of us water in the evening and watch it vanish by noon. There is an older way of dealing with it, and it \
begins on the surface."""
CLOSE = """\
None of this asks for more than an afternoon. Spread it once, look at it now and then, and let the summer do what \
summers do."""
PLACE = f"""\
Straw is light, it lasts, and it lets the rain through while it keeps the sun off, which is why so many growers come \
back to it year after year. How thick a cover should be depends on the soil below, and {LITERAL} sets out how to \
judge that by hand before a single bale is opened."""
REPEATED = """\
Where straw mulch lies the ground stays cool and dark, and what lives in it goes on working through the hottest weeks \
of the year as if it were still the end of May."""
BODY = f"""\
{LEAD}

## Why bare ground suffers

Sun and wind take water from the top of the soil first, and the layers below send more after it. A bare bed is a \
wick: the harder it is hoed, the finer the crumbs, and the faster it dries. Covering it breaks the wick, and the \
*same* rain goes further. We wrote about the ground itself in [an earlier piece on soil]({SOIL.url}).

{REPEATED}

### What to look for

- cracks wider than a finger
- a crust that water runs off, however gently it is poured
- plants that hang their leaves before noon, as [the worms' absence]({WORMS.url}) would lead one to expect

## Choosing a cover

{PLACE}

Leaves do as well under shrubs, where nobody minds that they blow about a little. Grass from the lawn is best left to \
wilt for a day and laid on thinly, since a thick wet layer turns to slime and keeps out the very air that the roots \
are waiting for. Bark belongs under trees and along paths, where nothing is going to be sown for years and where its \
slowness is a virtue.

> Cover the ground, said the old man at the allotments, and the ground will cover for you.

| cover | lasts |
| ----- | ----- |
| straw | a season |
| leaves | two winters |

## Laying it down

1. Weed the bed, and take out every root of bindweed.
2. Water well, then wait for an hour until it has gone down.
3. Spread the cover as thick as a hand is broad, and keep it away from the stems.

Wet soil under a cover stays wet; dry soil under a cover stays dry. That is the one mistake that cannot be put right \
from above, and it is made every year by people who mulch in the heat of August and then wonder. Begin in late spring \
instead, after a good rain, when the ground is warm and full. `Mulch` first and water afterwards is the wrong way \
round.

Young plants want a ring of open soil around them, a hand wide, so that slugs find no shelter near the first leaves. \
As they grow the ring can close. Onions and garlic are better off with a thin cover all their lives, because their \
necks rot where it stays damp, while beans, squash and tomatoes will take as much as they are given and hold on to \
their lower leaves for it.

## Watering less

A covered bed wants water half as often, but then it wants a lot of it at once. Push a finger through the straw: if \
the second joint comes out clean and dry, it is time. Water slowly at the foot of each plant, early in the morning, \
and let the surface be. Little and often is the habit to lose, for it teaches roots to stay near the top, where the \
next hot week will find them.

Whoever has a roof can gather what falls on it, and a single barrel under a downpipe is enough to change how one \
looks at clouds. A second barrel, joined to the first with a short length of hose, costs an hour's work and doubles \
the number of dry days that a small plot can sit out. Set both on stones, so that a can fits under the tap.

## In the autumn

What is left of the cover in October can stay where it is. The frost breaks it up, the rain presses it down, and the \
worms take it under before the days grow long again. Rake it aside only where seed is to go in early, and put it back \
when the seedlings are as tall as a thumb. After three or four years of this the spade goes in like a spoon.

{CLOSE}"""


def broken_rules(title: str = TITLE, body: str = BODY, brief: ArticleBrief = BRIEF) -> set[str]:
    """Return the rules that an article breaks."""
    return {problem.rule for problem in check_article(title, body, brief)}
