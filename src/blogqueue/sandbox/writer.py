"""The rule-based writer behind the model's API: what it says follows from what it is asked, and from nothing else."""

import json
from typing import Any

from blogqueue.sandbox import articles
from blogqueue.sandbox.state import JSON
from blogqueue.sandbox.words import number, sentence_with

# Each says where to read on and claims nothing else; the anchor text stands in the place of a noun phrase.
SENTENCES = {
    "en": (
        "For more on this, see {link}.",
        "Readers who want to go further can turn to {link}.",
        "There is more to read on the subject in {link}.",
        "Another way into the same question is {link}.",
        "Those who would like to read on will find a starting point in {link}.",
        "If this part is the one that interests you, continue with {link}.",
    ),
    "de": (
        "Mehr dazu steht hier: {link}.",
        "Wer weiterlesen möchte, findet einen Anfang unter {link}.",
        "Zum selben Thema passt auch dieser Text: {link}.",
    ),
    "fr": (
        "Pour en savoir plus, voir {link}.",
        "Qui veut aller plus loin peut lire {link}.",
        "Sur le même sujet, on peut aussi lire ceci : {link}.",
    ),
    "es": (
        "Para saber más, véase {link}.",
        "Quien quiera seguir leyendo puede empezar por {link}.",
        "Sobre el mismo tema también se puede leer esto: {link}.",
    ),
}
WRONG_EDITS = {
    "second_link": "{text} See also [another site](https://elsewhere.example/page).",
    "other_target": "There is more on this in [{anchor}]({url}?ref=other).",
    "other_anchor": "There is more on this in [something else]({url}).",
    "no_link": "There is more on this elsewhere, for those who look for it.",
    "html": 'There is more on this in <a href="{url}">{anchor}</a>.',
    "bare_url": "{text} The address is {url} in full.",
    "notes_copied": "{text} {notes}",
    "gutted": "{link}.",
    "huge": "{text} {filler}",
    "unknown_block": "{text}",
    "heading": "{text}\n\n## A new heading",
}
"""The names are those of faults.EDITS."""

OPINION = {
    "relevant": "yes",
    "natural": "yes",
    "factual_claim_added": "no",
    "promotional": "no",
    "on_topic": "yes",
    "in_language": "yes",
    "doubtful_claims": "no",
}
"""The contented answers to whatever is asked of an edit or an article."""

CLOSING = "\n\"'\u201d\u2019\u00bb) *_"
SENTENCE_ENDS = (".", "!", "?", "…", "。")


def answer(form: JSON, messages: list[str], fault: JSON, *, asked_before: int) -> Any:  # noqa: ANN401 - what the schema asks
    """What the writer says to a JSON schema; `messages` are the request's texts, the last with the data as JSON.

    A question asked again word for word gets another sentence in the same place.
    """
    schema: JSON = form["schema"]
    if form["name"] == "link_edit":
        article = messages[-2] if len(messages) > 1 else ""
        return _link_edit(schema["properties"]["block"]["enum"], article, json.loads(messages[-1]), fault, asked_before)
    if form["name"] == "article":
        return articles.write(json.loads(messages[-2]), json.loads(messages[-1]), fault, asked_before=asked_before)
    if form["name"] in {"second_opinion", "article_opinion"}:
        return _second_opinion(schema, json.loads(messages[-1]), fault)
    return least(schema, schema)


def _link_edit(blocks: list[str], article: str, said: JSON, fault: JSON, asked_before: int) -> JSON:
    """A sentence with the link at the end of a paragraph, which follows from who asks and what was refused."""
    url, anchor, refused = said["target_url"], said["anchor_text"], said.get("refused", [])
    link = f"[{anchor}]({url})"
    fitting = _ending_in_a_sentence(blocks, article)
    place = number(url, anchor) % len(fitting)
    if refused and len(fitting) > 1:
        # Another one than before, and not the same for every refusal.
        place += 1 + number(json.dumps(refused)) % (len(fitting) - 1)
    sentences = SENTENCES.get(_language(article), SENTENCES["en"])
    text = sentences[(number(anchor, url) + len(refused) + asked_before) % len(sentences)].format(link=link)
    edit = {"block": fitting[place % len(fitting)], "mode": "append", "text": text}
    if fault["kind"] == "replace":
        paragraph = article.partition(f"\n[{edit['block']}] ")[2].partition("\n\n")[0].rstrip()
        return edit | {"mode": "replace", "text": f"{paragraph} {text}"}
    if fault["kind"] != "wrong_edit":
        return edit
    notes, filler = said.get("customer_notes") or "", " ".join(["and more of the same,"] * 25)
    words = {"text": text, "url": url, "anchor": anchor, "link": link, "notes": notes, "filler": filler}
    edit["text"] = WRONG_EDITS[fault["name"]].format(**words)
    if fault["name"] == "gutted":
        edit["mode"] = "replace"
    if fault["name"] == "unknown_block":
        edit["block"] = "p999"
    return edit


def _second_opinion(schema: JSON, said: JSON, fault: JSON) -> JSON:
    """Contented answers to every question, but those that a fault gives."""
    evidence = sentence_with(str(said.get("anchor_text", "")), str(said.get("after") or said.get("body", "")))
    answers = OPINION | ({name: fault[name] for name in OPINION if name in fault} if fault["kind"] == "opinion" else {})
    return {
        question: {"answer": answers.get(question, "no"), "evidence": evidence} for question in schema["properties"]
    }


def least(schema: JSON, whole: JSON) -> Any:  # noqa: ANN401 - whatever the schema asks for
    """The smallest value that fits a schema; `whole` is where its `$ref`s point into."""
    if "$ref" in schema:
        return least(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    for name in ("anyOf", "oneOf"):
        if name in schema:
            return least(schema[name][0], whole)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if "properties" in schema:
        return {name: least(inner, whole) for name, inner in schema["properties"].items()}
    kind = schema.get("type", "object")
    number = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return {
        "object": {},
        "array": [least(schema.get("items", {}), whole) for _ in range(schema.get("minItems", 0))],
        "string": "a" * schema.get("minLength", 0),
        "integer": number,
        "number": number,
        "boolean": False,
    }.get(kind if isinstance(kind, str) else kind[0])


def _ending_in_a_sentence(blocks: list[str], article: str) -> list[str]:
    """The paragraphs behind which a sentence reads well; all of them if none, or if the article is not in view."""
    found: list[str] = []
    for block, following in zip(blocks, [*blocks[1:], ""], strict=True):
        text = article.partition(f"\n[{block}] ")[2]
        if following:
            text = text.partition(f"\n[{following}] ")[0]
        if text.rstrip(CLOSING).endswith(SENTENCE_ENDS):
            found.append(block)
    return found or blocks


def _language(article: str) -> str:
    for line in article.splitlines():
        if line.startswith("Language: "):
            return line.removeprefix("Language: ").strip().lower()[:2]
    return "en"
