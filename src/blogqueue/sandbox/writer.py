"""The rule-based writer behind the model's API: its answers depend only on the questions."""

import json
from typing import Any

from blogqueue.sandbox import articles
from blogqueue.sandbox.state import JSON
from blogqueue.sandbox.text import derive_number, find_sentence

# Each refers to the link and claims nothing else; the anchor text takes the place of a noun phrase.
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
"""The names are those in faults.EDITS."""

OPINION = {
    "relevant": "yes",
    "natural": "yes",
    "facts_changed": "no",
    "factual_claim_added": "no",
    "promotional": "no",
    "on_topic": "yes",
    "in_language": "yes",
    "doubtful_claims": "no",
    "disparaging": "no",
}
"""The favourable answer to each question about an edit or an article."""

CLOSING = "\n\"'\u201d\u2019\u00bb) *_"
SENTENCE_ENDS = (".", "!", "?", "…", "。")


def write_answer(form: JSON, messages: list[str], fault: JSON, *, asked_before: int) -> Any:  # noqa: ANN401 - as the schema says
    """Return an answer that fits a JSON schema; `messages` are the request's texts, the last with the data as JSON.

    A repeated question gets another sentence in the same place.
    """
    schema: JSON = form["schema"]
    if form["name"] == "link_edit":
        article = messages[-2] if len(messages) > 1 else ""
        return _edit_link(schema["properties"]["block"]["enum"], article, json.loads(messages[-1]), fault, asked_before)
    if form["name"] == "article":
        return articles.write_article(
            json.loads(messages[-2]), json.loads(messages[-1]), fault, asked_before=asked_before
        )
    if form["name"] in {"second_opinion", "article_opinion"}:
        return _give_opinion(schema, json.loads(messages[-1]), fault)
    return build_smallest(schema, schema)


def _edit_link(blocks: list[str], article: str, asked: JSON, fault: JSON, asked_before: int) -> JSON:
    """Append a sentence with the link to a paragraph that depends on the link and on the refused attempts.

    Paragraphs and sentences of the order's earlier versions ("used") are used again only if there are no others.
    """
    url, anchor, refused = asked["target_url"], asked["anchor_text"], asked.get("refused", [])
    used = asked.get("used", [])
    link = f"[{anchor}]({url})"
    suitable = _find_suitable(blocks, article)
    suitable = [block for block in suitable if block not in {edit["block"] for edit in used}] or suitable
    index = derive_number(url, anchor) % len(suitable)
    if refused and len(suitable) > 1:
        # Another paragraph than before, and not the same one for every refusal.
        index += 1 + derive_number(json.dumps(refused)) % (len(suitable) - 1)
    sentences = SENTENCES.get(_read_language(article), SENTENCES["en"])
    texts = [sentence.format(link=link) for sentence in sentences]
    texts = [text for text in texts if text not in {edit["text"] for edit in used}] or texts
    text = texts[(derive_number(anchor, url) + len(refused) + asked_before) % len(texts)]
    edit = {"block": suitable[index % len(suitable)], "mode": "append", "text": text}
    if fault["kind"] == "replace":
        paragraph = _read_paragraph(blocks, article, edit["block"])
        return edit | {"mode": "replace", "text": f"{paragraph} {text}"}
    if fault["kind"] != "wrong_edit":
        return edit
    notes, filler = asked.get("customer_notes") or "", " ".join(["and more of the same,"] * 25)
    values = {"text": text, "url": url, "anchor": anchor, "link": link, "notes": notes, "filler": filler}
    edit["text"] = WRONG_EDITS[fault["name"]].format(**values)
    if fault["name"] == "gutted":
        edit["mode"] = "replace"
    if fault["name"] == "unknown_block":
        edit["block"] = "p999"
    return edit


def _give_opinion(schema: JSON, asked: JSON, fault: JSON) -> JSON:
    """Answer every question favourably, except where a fault says otherwise."""
    evidence = find_sentence(str(asked.get("anchor_text", "")), str(asked.get("after") or asked.get("body", "")))
    answers = OPINION | ({name: fault[name] for name in OPINION if name in fault} if fault["kind"] == "opinion" else {})
    return {
        question: {"answer": answers.get(question, "no"), "evidence": evidence} for question in schema["properties"]
    }


def build_smallest(schema: JSON, root: JSON) -> Any:  # noqa: ANN401 - as the schema says
    """Return the smallest value that fits a schema; its `$ref`s point into `root`."""
    if "$ref" in schema:
        return build_smallest(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for name in ("anyOf", "oneOf"):
        if name in schema:
            return build_smallest(schema[name][0], root)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if "properties" in schema:
        return {name: build_smallest(inner, root) for name, inner in schema["properties"].items()}
    kind = schema.get("type", "object")
    number = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return {
        "object": {},
        "array": [build_smallest(schema.get("items", {}), root) for _ in range(schema.get("minItems", 0))],
        "string": "a" * schema.get("minLength", 0),
        "integer": number,
        "number": number,
        "boolean": False,
    }.get(kind if isinstance(kind, str) else kind[0])


def _find_suitable(blocks: list[str], article: str) -> list[str]:
    """Return the paragraphs that end with a sentence, after which another reads well; all of them if none does."""
    found: list[str] = []
    for block in blocks:
        text = _read_paragraph(blocks, article, block)
        if text.rstrip(CLOSING).endswith(SENTENCE_ENDS):
            found.append(block)
    return found or blocks


def _read_paragraph(blocks: list[str], article: str, block: str) -> str:
    """Return the text of a paragraph of the question: up to the next paragraph's id, or to the end."""
    text = article.partition(f"\n[{block}] ")[2]
    following = blocks[blocks.index(block) + 1 :]
    return (text.partition(f"\n[{following[0]}] ")[0] if following else text).rstrip()


def _read_language(article: str) -> str:
    """Return the language that the article's text names in its head, two letters, "en" by default."""
    for line in article.splitlines():
        if line.startswith("Language: "):
            return line.removeprefix("Language: ").strip().lower()[:2]
    return "en"
