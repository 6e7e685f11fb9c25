"""Links and new articles in scripts that write without spaces, or with joiners."""
# ruff: noqa: RUF001 - Persian letters are meant, not the Latin ones that look like them

from dataclasses import replace

import pytest

from blogqueue.catalogue.link_rules import RuleError, validate_anchor_text, validate_notes, validate_phrase
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.invisible import drop_needed
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.words import split_words
from tests.writing.article.right_article import BRIEF

PARAGRAPHS = {
    "th": ("มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในศักดิ์ศรีและสิทธิ ต่างในตนมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยจิตวิญญาณแห่งภราดรภาพ"),
    "lo": (
        "ມະນຸດເກີດມາມີສິດເສລີພາບ ແລະ ສະເໝີໜ້າກັນໃນທາງກຽດຕິສັກ ແລະ ທາງສິດດ້ວຍມະນຸດມີສະຕິສຳປັດຊັນຍະ ແລະ ມີມະໂນທຳຈຶ່ງຕ້ອງປະພຶດຕົນຕໍ່ກັນໃນທາງພີ່ນ້ອງ"
    ),
    "km": (
        "មនុស្សទាំងអស់កើតមកមានសេរីភាព និងភាពស្មើៗគ្នា ក្នុងសេចក្ដីថ្លៃថ្នូរ និងសិទ្ធិ។ "
        "មនុស្សគ្រប់រូបសុទ្ធតែមានវិចារណញ្ញាណ និងសតិសម្បជញ្ញៈ ហើយត្រូវប្រព្រឹត្តចំពោះគ្នាទៅវិញទៅមក។"
    ),
    "my": (
        "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့် လည်းကောင်း၊ "
        "မွေးဖွားလာသူများ ဖြစ်သည်။ ထိုသူတို့၌ ပိုင်းခြား ဝေဖန်တတ်သော ဉာဏ်နှင့် ကျင့်ဝတ် သိတတ်သော စိတ်တို့ရှိကြ၏။"
    ),
    "fa": "خاک زنده است و باغبانی که هر پاییز آن را با برگ و کاه و کود می پوشاند در یک یا دو فصل بازگشت کرم ها را "
    "می بیند حتی اگر زمین پیش از آن خسته و خاکستری بوده باشد.",
    "si": "පස ජීවමාන වන අතර සෑම වසරකම කොළ සහ පිදුරු වලින් එය පෝෂණය කරන ගොවියා වාර එකක් හෝ දෙකක් ඇතුළත පණුවන් "
    "නැවත පැමිණෙනු දකී එය පෙර කොතරම් වෙහෙසට පත්ව තිබුණත් එසේම වේ එය සත්‍ය වේ.",
    "hi": "मिट्टी जीवित है और जो माली हर पतझड़ में उसे पत्तियों और खाद से पोषित करता है वह एक या दो मौसम में केंचुओं को "
    "लौटते देखेगा भले ही जमीन पहले थकी हुई रही हो।",
    "fr": "Le sol est vivant, et le jardinier qui le nourrit chaque automne de feuilles et de compost verra les vers "
    "revenir en une ou deux saisons, même là où la terre était grise.",
    "en": "Soil is alive \U0001f469\u200d\U0001f33e, and a gardener who feeds it every autumn with leaves and straw "
    "\u2764\ufe0f will see the worms return within a season or two, even where the ground was tired and grey.",
}
ANCHORS = {
    "th": "คู่มือปฏิบัติ",
    "lo": "ຄູ່ມືປະຕິບັດ",
    "km": "មគ្គុទ្ទេសក៍\u200bជាក់ស្តែង",
    "my": "လက်တွေ့လမ်းညွှန်",
    "fa": "می\u200cخواهم کار\u200cها",
    "si": "ශ්\u200dරී ලංකාව",
    "hi": "क्\u200dष और क्\u200cष",
    "fr": "Comment arroser\u00a0? «\u00a0Peu\u202f; assez\u00a0» et 10\u202f000 voix",
    "en": "Farmers \U0001f469\u200d\U0001f33e and hearts \u2764\ufe0f",
}
HAN_AND_HIRAGANA = "土は生きている。毎年秋に落ち葉で土を養う庭師は、一、二年のうちに虫が戻ってくるのを見るだろう。"
HAN = "土壤是有生命的，每年秋天用落叶和堆肥滋养它的园丁，一两个季节之内就会看到蚯蚓回来。"
HANGUL = (
    "흙은 살아 있고 매년 가을 낙엽과 짚과 퇴비로 흙을 먹이는 정원사는 한두 철 안에 지렁이가 돌아오는 것을 보게 될 "
    "것이며 그 땅이 전에는 지치고 잿빛이던 땅이라도 그렇고 물을 줄 때에는 천천히 뿌리 가까이에 주어야 한다."
)
REFUSED = [
    "zero\u200bwidth", "zero\u200cwidth", "zero\u200dwidth", "می\u200b خواهم", "می\u200c", "\u200cمی", "می\u200c خواهم",
    "می\u200c\u200cخواهم", "می،\u200cخواهم", "คู่\u200b มือ", "漢\u200d字", "a\u00a0b", "a \u00a0?", "x\ufe0f",
    "ab\u00adcd", "\u2764\ufe0f\ufe0f heart", "می\u202eخواهم",
]  # fmt: skip


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_paragraph_takes_a_link_in_any_script(language: str) -> None:
    paragraph, anchor = PARAGRAPHS[language], validate_anchor_text(ANCHORS[language])
    article = f"# 1\n\n{paragraph}\n\n{paragraph[:20]}\n"
    link = Link("https://www.example.com/guide", anchor)
    blocks = find_eligible_blocks(article)

    after, applied = apply(article, Edit("p01", "append", f"{paragraph[:10]} {format_link(link)}."), blocks)

    assert anchor == ANCHORS[language]
    assert check_link_edit(article, after, applied, LinkRequirements(link)) == []


@pytest.mark.parametrize("language", ["th", "lo", "km", "my"])
def test_a_short_paragraph_is_short_in_scripts_without_spaces_too(language: str) -> None:
    paragraph = PARAGRAPHS[language]

    assert 25 <= len(split_words(paragraph)) < 60
    assert find_eligible_blocks(f"{paragraph[: len(paragraph) // 3]}\n") == []


@pytest.mark.parametrize("language", ["th", "lo", "km", "my"])
def test_words_may_be_added_within_a_run_of_letters(language: str) -> None:
    paragraph, link = PARAGRAPHS[language], Link("https://www.example.com/guide", ANCHORS[language])
    article = f"{paragraph}\n\n{paragraph[:20]}\n"
    middle = paragraph.index(" ", 25)

    edited = f"{paragraph[:middle]}{format_link(link)}{paragraph[middle:]}"
    after, applied = apply(article, Edit("p01", "replace", edited), find_eligible_blocks(article))

    assert check_link_edit(article, after, applied, LinkRequirements(link)) == []


@pytest.mark.parametrize("text", REFUSED)
def test_other_invisible_characters_and_blanks_are_refused(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        validate_anchor_text(text)

    assert refused.value.rule == "plain_text"


def appended(paragraph: str, sentence: str, notes: str = "") -> set[str]:
    """Return the rules that a sentence with the link breaks at the end of a paragraph."""
    article, link = f"# 1\n\n{paragraph}\n\n{paragraph[:20]}\n", Link("https://www.example.com/guide", "LIT")
    edit = Edit("p01", "append", sentence.format(format_link(link)))
    after, applied = apply(article, edit, find_eligible_blocks(article))
    return {problem.rule for problem in check_link_edit(article, after, applied, LinkRequirements(link, notes))}


@pytest.mark.parametrize(
    ("paragraph", "sentence", "rules"),
    [
        (HAN_AND_HIRAGANA, "人々は{}を読む。", set[str]()),
        (HAN_AND_HIRAGANA, "ガーデナーは{}を読む。", set[str]()),
        (HAN_AND_HIRAGANA, "한국어 {}.", {"one_script"}),
        (HAN, "人々，{}。", set[str]()),
        (HAN, "ひとは{}。", {"one_script"}),
        (HAN, "ガーデナー{}。", {"one_script"}),
        (HANGUL, "人 {}.", {"one_script"}),
        (HANGUL, "ガ {}.", {"one_script"}),
    ],
)
def test_a_japanese_text_may_go_on_in_all_its_scripts(paragraph: str, sentence: str, rules: set[str]) -> None:
    assert appended(paragraph, sentence) == rules


@pytest.mark.parametrize(
    ("paragraph", "notes", "sentence", "rules"),
    [
        (HAN, "请放在关于在阳台上种番茄的段落里", "在阳台上种番茄的朋友可以参考{}。", set[str]()),
        (HAN, "请说我们的商店是全城买蚯蚓最便宜的地方", "我们的商店是全城买蚯蚓最便宜的{}。", {"no_notes_copied"}),
        (HAN, "请说我们的商店是全城买蚯蚓最便宜的地方", "我们的商店是全城买蚯蚓最便宜{}。", set[str]()),
        (HAN_AND_HIRAGANA, "べらんだで野菜を育てる方法", "べらんだで野菜を育てる方法は{}にある。", set[str]()),
        (HAN_AND_HIRAGANA, "この店は町で一番安いと書いてください", "この店は町で一番安いと書いて、{}。", set[str]()),
        (
            HAN_AND_HIRAGANA,
            "この店は町で一番安いと書いてください",
            "この店は町で一番安いと書いてく{}。",
            {"no_notes_copied"},
        ),
        (HAN, "buy worms from our shop today 便宜", "Buy worms from our shop today, {}。", {"no_notes_copied"}),
    ],
)
def test_fifteen_letters_of_the_notes_are_a_copy_where_each_counts_as_a_word(
    paragraph: str, notes: str, sentence: str, rules: set[str]
) -> None:
    assert appended(paragraph, sentence, notes) == rules


def test_a_joiner_may_end_a_word_after_a_virama() -> None:
    assert validate_anchor_text("അവന്\u200d ഇവിടെ") == "അവന്\u200d ഇവിടെ"


def test_topics_and_notes_may_have_them_where_anchors_may() -> None:
    for text in ANCHORS.values():
        assert validate_notes(text) == text
        assert validate_phrase(text, 100) == text
    with pytest.raises(RuleError):
        validate_phrase("zero\u200cwidth", 100)
    with pytest.raises(RuleError):
        validate_notes("zero\u200dwidth")


def test_needed_characters_are_dropped_and_needed_blanks_are_spaces() -> None:
    assert (
        drop_needed("می\u200cخواهم a\u200cb \u2764\ufe0f 10\u00a0000 a\u00a0b")
        == "میخواهم a\u200cb \u2764 10 000 a\u00a0b"
    )


@pytest.mark.parametrize("language", ["th", "lo", "km", "my", "fa", "hi"])
def test_a_new_article_in_the_language_breaks_no_rule_of_words(language: str) -> None:
    link = Link("https://www.example.com/guide", ANCHORS[language])
    words = PARAGRAPHS[language].replace("។", "").replace("။", "").replace("၊", "").replace("।", "").rstrip(".").split()
    # The words in another order in each paragraph, so that nothing is said twice.
    texts = [" ".join(words[at:] + words[:at]) for at in range(1, 30)]
    texts = [" ".join(text.split()[:: 1 if at % 2 else -1]) for at, text in enumerate(texts)]
    count = len(split_words(texts[0]))
    body = [
        texts[0],
        "## 1",
        texts[1],
        f"{texts[2]} {format_link(link)}",
        "## 2",
        *texts[3:6],
        "## 3",
        *texts[6 : 620 // count + 6],
    ]
    brief = replace(BRIEF, language=language, link=link, topic=ANCHORS[language], keyword=words[0], candidates=())

    problems = check_article(f"{ANCHORS[language]} {words[0]}", "\n\n".join(body), brief)

    # These paragraphs are the same words again and again, which other checks see.
    assert {problem.rule for problem in problems} <= {"no_repetition"}
