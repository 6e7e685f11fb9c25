"""Working a link into an article, with a model that gives prepared answers."""

import json
from dataclasses import replace
from typing import Any

import pytest

from blogqueue.admin.opinions import list_attempts
from blogqueue.states import QcStatus
from blogqueue.writing.attempts import MAX_QC_ATTEMPTS, Conversation, DraftRefusedError
from blogqueue.writing.link_edit.edits import AppliedEdit, differs_only_by_edit
from blogqueue.writing.link_edit.integration import LinkBrief, LinkDraft, NoRoomError, integrate
from blogqueue.writing.link_edit.prompts import EXPECTED_ANSWERS
from blogqueue.writing.link_edit.room import find_blocks_leaving
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.links import find_links
from blogqueue.writing.questions import Question
from tests.writing.garden import GARDEN, LINK, NOTES, PAID
from tests.writing.link_edit.scenes import REQUIREMENTS, SENTENCE
from tests.writing.scripted_model import ScriptedModel

ELIGIBLE = find_eligible_blocks(GARDEN)
BRIEF = LinkBrief(GARDEN, "Soil that lasts", "en", REQUIREMENTS)
RIGHT = {"block": ELIGIBLE[0].id, "mode": "append", "text": SENTENCE}
OTHER = RIGHT | {"block": ELIGIBLE[1].id}
PRICED = RIGHT | {"text": f"{SENTENCE} It costs 20 euros."}
LIKED = {question: {"answer": expected, "evidence": "Readers"} for question, expected in EXPECTED_ANSWERS.items()}
DISLIKED = LIKED | {"natural": {"answer": "no", "evidence": "may like"}}


async def integrated(*answers: dict[str, Any], brief: LinkBrief = BRIEF) -> tuple[LinkDraft, ScriptedModel]:
    model = ScriptedModel(*answers)
    return await integrate(brief, Conversation(model.ask)), model


async def test_a_right_edit_that_is_liked_is_taken_at_once() -> None:
    draft, model = await integrated(RIGHT, LIKED)

    assert find_links(draft.content).count(LINK) == 1
    assert differs_only_by_edit(GARDEN, draft.content, AppliedEdit(**draft.edit))
    assert (draft.qc_attempts, draft.qc_status) == (1, QcStatus.APPROVED_BY_AI)
    assert draft.qc_notes == {"attempts": [{"attempt": 1, "problems": [], "opinion": LIKED}]}
    assert [question.name for question in model.asked] == ["link_edit", "second_opinion"]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (PRICED, "no_contact_or_price"),
        (RIGHT | {"block": "p01"}, "unknown_block"),
        (RIGHT | {"text": " "}, "empty_text"),
        (RIGHT | {"mode": "insert"}, "schema"),
        ({"block": ELIGIBLE[0].id}, "schema"),
        ({}, "schema"),
    ],
)
async def test_a_wrong_edit_goes_back_with_the_rule_it_broke(wrong: dict[str, Any], rule: str) -> None:
    draft, model = await integrated(wrong, RIGHT, LIKED)

    first, second = model.refused("link_edit")
    assert (first, [problem["rule"] for problem in second]) == ([], [rule])
    assert (draft.qc_attempts, draft.qc_status) == (2, QcStatus.APPROVED_BY_AI)
    assert draft.qc_notes["attempts"][0] == {"attempt": 1, "problems": second}


async def test_three_wrong_edits_are_refused_for_what_the_last_one_broke() -> None:
    model = ScriptedModel(RIGHT | {"text": "Nothing."}, PRICED, PRICED)

    with pytest.raises(DraftRefusedError, match="the last one broke: no_contact_or_price") as refused:
        await integrate(BRIEF, Conversation(model.ask))

    assert [problem.rule for problem in refused.value.problems] == ["no_contact_or_price"]
    assert len(model.asked) == MAX_QC_ATTEMPTS


async def test_an_edit_that_is_disliked_is_made_anew_and_told_why() -> None:
    draft, model = await integrated(RIGHT, DISLIKED, OTHER, LIKED)

    [objection] = model.refused("link_edit")[1]
    assert (objection["rule"], objection["excerpt"]) == ("natural", "may like")
    assert (draft.qc_attempts, draft.edit["block"]) == (2, ELIGIBLE[1].id)


@pytest.mark.parametrize(
    "opinion",
    [
        {},
        {"natural": {}},
        LIKED | {"natural": None},
        LIKED | {"promotional": {"answer": "Yes"}},
        dict.fromkeys(EXPECTED_ANSWERS, "yes"),
        dict.fromkeys(EXPECTED_ANSWERS, True),
        LIKED | {"natural": ["yes", "may like"]},
        LIKED | {"natural": {"answer": True, "evidence": ["may", "like"]}},
    ],
)
async def test_an_opinion_that_leaves_an_answer_out_or_has_another_shape_is_an_objection(
    opinion: dict[str, Any],
) -> None:
    draft, _ = await integrated(RIGHT, opinion, OTHER, LIKED)

    assert draft.qc_attempts == 2
    assert [len(attempt.answers) for attempt in list_attempts(draft.qc_notes)] == [7, 7], "editors can read both"


async def test_an_edit_whose_opinions_all_have_another_shape_goes_to_a_human() -> None:
    odd = dict.fromkeys(EXPECTED_ANSWERS, "yes")

    draft, _ = await integrated(RIGHT, odd, OTHER, odd, RIGHT, odd)

    assert (draft.qc_attempts, draft.qc_status) == (3, QcStatus.NEEDS_HUMAN_REVIEW)


@pytest.mark.parametrize("given", [None, {}, "yes", True, {"answer": None, "evidence": ["a"]}])
def test_an_opinion_that_was_stored_as_it_came_can_be_read_whatever_its_shape(given: object) -> None:
    [attempt] = list_attempts({"attempts": [{"attempt": 1, "problems": [], "opinion": {"natural": given}}]})

    assert not any(answer.is_good for answer in attempt.answers)


async def test_an_edit_that_passes_the_checks_but_is_never_liked_goes_to_a_human() -> None:
    draft, _ = await integrated(RIGHT, DISLIKED, OTHER, DISLIKED, PRICED)

    assert draft.edit["block"] == ELIGIBLE[1].id, "the last that passed the checks"
    assert (draft.qc_attempts, draft.qc_status) == (3, QcStatus.NEEDS_HUMAN_REVIEW)


async def test_an_edit_that_is_liked_at_the_last_attempt_is_approved() -> None:
    draft, _ = await integrated(PRICED, RIGHT, DISLIKED, OTHER, LIKED)

    assert (draft.qc_attempts, draft.qc_status) == (3, QcStatus.APPROVED_BY_AI)


async def test_an_edit_that_an_earlier_version_had_costs_an_attempt() -> None:
    used = AppliedEdit(**(await integrated(RIGHT, LIKED))[0].edit)
    brief = replace(BRIEF, used=(used,))
    shouted = RIGHT | {"text": SENTENCE.replace("Readers", "READERS") + "!"}

    draft, model = await integrated(shouted, OTHER, LIKED, brief=brief)

    assert [problem["rule"] for problem in model.refused("link_edit")[1]] == ["not_new"]
    assert (draft.qc_attempts, draft.edit["block"]) == (2, ELIGIBLE[1].id)
    assert json.loads(model.asked[0].messages[-1]["content"])["used"] == [{"block": RIGHT["block"], "text": SENTENCE}]


async def test_a_model_that_only_repeats_itself_does_not_fail_the_order() -> None:
    used = AppliedEdit(**(await integrated(RIGHT, LIKED))[0].edit)

    draft, _ = await integrated(RIGHT, PRICED, RIGHT, brief=replace(BRIEF, used=(used,)))

    assert (draft.edit["text"], draft.qc_status) == (SENTENCE, QcStatus.NEEDS_HUMAN_REVIEW)


async def test_an_article_without_room_asks_nothing() -> None:
    model = ScriptedModel()

    with pytest.raises(NoRoomError):
        await integrate(replace(BRIEF, article="Too short.\n"), Conversation(model.ask))

    assert model.asked == []


async def test_only_eligible_blocks_are_offered_and_the_customers_data_comes_last() -> None:
    sold = GARDEN.replace("Weeds that", f"Weeds ([{PAID.anchor_text}]({PAID.target_url})) that")
    brief = replace(BRIEF, article=sold, requirements=replace(REQUIREMENTS, paid_links=(PAID,)))
    offered = [block.id for block in find_eligible_blocks(sold, [PAID])]

    _, model = await integrated(RIGHT, LIKED, brief=brief)

    question, opinion = model.asked
    instructions, article, customer_data = (message["content"] for message in question.messages)
    assert question.schema["properties"]["block"]["enum"] == offered and len(offered) < len(ELIGIBLE)
    assert all(f"[{block.id}] {block.text}" in article for block in find_eligible_blocks(sold, [PAID]))
    assert NOTES not in instructions + article
    assert json.loads(customer_data) == {
        "target_url": LINK.target_url,
        "anchor_text": LINK.anchor_text,
        "customer_notes": NOTES,
        "refused": [],
        "used": [],
    }
    assert json.loads(opinion.messages[-1]["content"]) == {
        "language": "en",
        "before": ELIGIBLE[0].text,
        "after": f"{ELIGIBLE[0].text} {SENTENCE}",
        "anchor_text": LINK.anchor_text,
    }
    assert opinion.schema["required"] == list(EXPECTED_ANSWERS) and not opinion.schema["additionalProperties"]


async def test_an_article_of_very_many_paragraphs_names_no_more_of_them_than_a_schema_may() -> None:
    # Given an order whose earlier edit is in a paragraph of such an article
    prose = "Worms draw leaves down into their burrows at night and bring fine earth up to where rain spreads it " * 2
    article = "\n\n".join(f"{prose}{number}." for number in range(1_001)) + "\n"
    first = find_blocks_leaving(article, leave=0)[5]
    used = AppliedEdit(
        **(await integrated(RIGHT | {"block": first.id}, LIKED, brief=replace(BRIEF, article=article)))[0].edit
    )
    brief = replace(BRIEF, article=article, used=(used,))

    # When it is regenerated, and the model answers with a paragraph that it was not shown
    other = find_blocks_leaving(article, leave=0)[-1]
    draft, model = await integrated(RIGHT | {"block": "p03"}, RIGHT | {"block": other.id}, LIKED, brief=brief)

    # Then the schema has few names, the used paragraph is named, and the edit is made
    names = model.asked[0].schema["properties"]["block"]["enum"]
    assert len(names) == 200 and {"p03"}.isdisjoint(names)
    assert json.loads(model.asked[0].messages[-1]["content"])["used"] == [{"block": first.id, "text": SENTENCE}]
    assert model.refused("link_edit")[1][0]["rule"] == "unknown_block"
    assert draft.edit["block"] == other.id


async def test_a_proposal_is_approved_only_by_a_second_opinion() -> None:
    conversation = Conversation(ScriptedModel(RIGHT).ask)

    await conversation.propose(Question("link_edit", {}, ()))

    assert (conversation.qc_status, conversation.qc_attempts) == (QcStatus.NEEDS_HUMAN_REVIEW, 1)
