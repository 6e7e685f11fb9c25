"""What counts as a word, and how many words of one text another one keeps."""

import pytest

from blogqueue.writing.markdown.words import (
    count_kept,
    find_marks,
    find_runs,
    keep_letters,
    split_cased_words,
    split_sentences,
    split_words,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n", []),
        ("One, (two)  THREE!", ["one", "two", "three"]),
        ("\u201cDon't\u201d - e-mail... 3.5", ["don't", "e-mail", "3.5"]),
        ("?! -- a", ["a"]),
        ("\u6f22\u5b57 ab\u3002", ["\u6f22", "\u5b57", "ab"]),
        ("\u30bf\u30ef", ["\u30bf", "\u30ef"]),
        ("\uff21\uff22", ["\uff41", "\uff42"]),
        ("\ud55c\uad6d\uc5b4 \ub9d0", ["\ud55c\uad6d\uc5b4", "\ub9d0"]),
        ("\uac00\ud7a3", ["\uac00\ud7a3"]),
        ("Stra\u00dfe", ["strasse"]),
    ],
)
def test_words_are_casefolded_without_the_punctuation_around_them(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_cased_words_keep_their_capitals() -> None:
    assert split_cased_words("One, (TWO)") == ["One", "TWO"]


def test_marks_are_pauses_and_others_without_symbols() -> None:
    assert find_marks("a, b. (c) \u201cd\u201d + e\u3002$!") == (
        [",", ".", "\u3002", "!"],
        ["(", ")", "\u201c", "\u201d"],
    )


def test_letters_are_kept_without_case_accents_and_marks() -> None:
    assert keep_letters("\u00c9t\u00e9-3 \uff21!") == "ete3a"


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("a b c", "a b c", 3),
        ("a b c", "x a y c", 2),
        ("a b", "b a", 1),
        ("", "a", 0),
        # aligned at twice the length and 200 words more, only counted beyond that
        ("a b", f"b a {'x ' * 202}", 1),
        ("a b", f"b a {'x ' * 203}", 2),
        (f"b a {'x ' * 202}", "a b", 1),
        (f"b a {'x ' * 203}", "a b", 2),
    ],
)
def test_words_that_stay_are_counted_in_their_order_unless_the_lengths_are_far_apart(
    old: str, new: str, kept: int
) -> None:
    assert count_kept(old.split(), new.split()) == kept


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four\u2026 Five", ["One.", "Two!", "Three?", "Four\u2026", "Five"]),
        ("Version 3.5 it is.", ["Version 3.5 it is."]),
        ("\u4e00\u3002\u4e8c\uff01\u4e09", ["\u4e00\u3002", "\u4e8c\uff01", "\u4e09"]),
        ("One. ", ["One."]),
        ("", []),
    ],
)
def test_sentences_end_at_their_marks(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_runs_are_of_one_length() -> None:
    assert find_runs(["a", "b", "c"], 2) == {("a", "b"), ("b", "c")}
    assert find_runs(["a", "b", "c"], 3) == {("a", "b", "c")}
    assert find_runs(["a", "b", "c"], 4) == set()
