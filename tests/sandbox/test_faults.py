"""How faults are set, shown and documented."""

from pathlib import Path

import httpx
import pytest

from blogqueue.sandbox.faults import ARTICLES, EDITS, FILTERS, KINDS, Faults

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        ({"mail": [{"kind": "earthquake"}]}, "drop_after_data"),
        ({"weather": []}, "webhook"),
        ({"mail": {"kind": "slow"}}, "list"),
        ({"mail": ["slow"]}, "drop_after_data"),
        ([], "parties"),
        ({"model": [{"kind": "wrong_edit", "name": "purple"}]}, "second_link"),
        ({"model": [{"kind": "wrong_article", "name": "gutted"}]}, "link_in_heading"),
        ({"model": [{"kind": "status", "code": "503"}]}, "code"),
        ({"model": [{"kind": "opinion", "natural": "perhaps"}]}, "yes, no"),
        ({"webhook": [{"kind": "drop", "tpye": "x"}]}, "type"),
    ],
)
async def test_an_unknown_fault_is_refused_with_a_list_of_the_known(
    http: httpx.AsyncClient, wanted: object, known: str
) -> None:
    await http.put("/faults", json={"mail": [{"kind": "down"}]})

    answer = await http.put("/faults", json=wanted)

    assert answer.status_code == 400
    assert known in answer.json()["error"]
    assert (await http.get("/faults")).json() == {"mail": [{"kind": "down", "times": 1}]}


async def test_setting_one_partys_faults_keeps_the_others_and_clearing_removes_all(http: httpx.AsyncClient) -> None:
    await http.put("/faults", json={"mail": [{"kind": "down"}]})
    await http.put("/faults", json={"model": [{"kind": "cut", "times": 3}]})

    assert set((await http.get("/faults")).json()) == {"mail", "model"}
    assert (await http.delete("/faults")).status_code == 204
    assert (await http.get("/faults")).json() == {}


def test_a_fault_applies_as_often_as_times_says_and_always_for_minus_one() -> None:
    faults = Faults()
    assert not faults.set({"model": [{"kind": "cut", "times": 2}, {"kind": "status", "times": -1}]})

    kinds = [faults.take("model", schema="link_edit")["kind"] for _ in range(6)]

    assert kinds == ["cut", "cut", "status", "status", "status", "status"]
    assert [fault["kind"] for fault in faults.queues["model"]] == ["status"]


def test_a_fault_waits_for_a_call_that_matches_it() -> None:
    faults = Faults()
    assert not faults.set({"stripe": [{"kind": "refund_fails"}, {"kind": "status", "method": "POST"}]})

    assert faults.take("stripe", "status", method="GET", path="/v1/refunds")["kind"] == ""
    assert faults.take("stripe", "status", method="POST", path="/v1/refunds")["kind"] == "status"
    assert faults.take("stripe", "refund_fails", "refund_pending")["kind"] == "refund_fails"


@pytest.mark.parametrize("party", sorted(KINDS))
def test_every_fault_is_documented(party: str) -> None:
    for kind, members in KINDS[party].items():
        for word in (kind, *members, *FILTERS[party]):
            assert f"`{word}`" in DOCUMENTATION, word


def test_every_wrong_edit_and_article_is_documented() -> None:
    assert [name for name in EDITS if f"`{name}`" not in DOCUMENTATION] == []
    articles = DOCUMENTATION.partition("| wrong article |")[2]
    assert [name for name in ARTICLES if f"`{name}`" not in articles] == []
