"""The punctuation around the author's words may change only where words are put in, and code never, in any script."""
# ruff: noqa: RUF001 - the marks of each script are meant, not those that look like them

import pytest

from blogqueue.writing.link_edit.edits import Edit
from blogqueue.writing.markdown.blocks import find_prose_blocks
from tests.writing.link_edit.scenes import LITERAL, SENTENCE, Scene

WORMS = (
    "Worms draw leaves down into their burrows at night and bring fine earth up to the surface, where the next rain "
    "spreads it among the stems of whatever grows there."
)
TILLED = f"{WORMS} It is “tilled” (on slopes) by them. Is it so?"
CODE = f"{WORMS} One may run `rm -rf ./tmp` or `rm -rf tmp`, `--dry-run` and `-rf` do it."
TEXTS = {
    "en": TILLED,
    "zh": "土壤是有生命的，每年秋天用落叶和堆肥滋养它的园丁，一两个季节之内就会看到蚯蚓回来。"
    "即使那里的土地从前又累又灰。",
    "ja": "土は生きている。毎年秋に落ち葉と堆肥で土を養う庭師は、「一、二年」のうちにミミズが戻ってくるのを見るだろう。"
    "以前は疲れた土であっても、同じことだ。",
    "ar": "التربة حية، والبستاني الذي يغذيها كل خريف بالأوراق والقش والسماد سيرى الديدان تعود في غضون موسم أو موسمين، "
    "حتى حيث كانت الأرض متعبة ورمادية من قبل. وهذا صحيح دائما.",
    "hi": "मिट्टी जीवित है, और जो माली हर पतझड़ में उसे पत्तियों और खाद से पोषित करता है वह एक या दो मौसम में केंचुओं को "
    "लौटते देखेगा। भले ही जमीन पहले थकी हुई रही हो।",
    "fr": "Le sol est vivant\u00a0: le jardinier qui le nourrit «\u00a0chaque automne\u00a0» de feuilles et de compost "
    "verra les vers revenir en une ou deux saisons, même là où la terre était grise. Est-ce vrai\u00a0?",
    "de": "Der Boden lebt, und der Gärtner, der ihn „jeden Herbst“ mit Laub und Kompost füttert, sieht die Würmer in "
    "ein bis zwei Jahren wiederkommen, auch wo die Erde müde war. So ist es.",
    "es": "El suelo está vivo y el jardinero que lo alimenta cada otoño con hojas y compost verá volver las lombrices "
    "en una o dos temporadas, incluso donde la tierra estaba gris. ¿No es cierto? Así es siempre.",
    "my": "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် လည်းကောင်း၊ တူညီလွတ်လပ်သော အခွင့်အရေးများဖြင့် လည်းကောင်း၊ "
    "မွေးဖွားလာသူများ ဖြစ်သည်။ ထိုသူတို့၌ ပိုင်းခြား ဝေဖန်တတ်သော ဉာဏ်နှင့် ကျင့်ဝတ် သိတတ်သော စိတ်တို့ရှိကြ၏။",
}
PUT_IN = [
    ("en", "at night and", "at night (see {}) and"), ("en", "at night and", "at night, as {} shows, and"),
    ("en", "surface, where", "surface (see {}), where"), ("en", "surface, where", "surface; {} tells more: where"),
    ("en", "surface, where", "surface — see {} — where"), ("en", "there.", "there, as {} shows."),
    ("en", "there.", "there. Why not see {}?"), ("en", "there.", "there. “So it is,” says {}!"),
    ("en", "“tilled”", "“tilled” (as in {})"), ("en", "“tilled”", "“as in {} tilled”"),
    ("en", "“tilled”", "“tilled as in {}”"), ("en", "it so?", "it so, as {} asks?"),
    ("en", "it so?", "it so — as in {}?"), ("en", "(on slopes)", "(on slopes, see {})"),
    ("en", "(on slopes)", "({}, on slopes)"), ("en", "Worms draw", "As {} shows, worms draw"),
    ("en", "Worms draw", "“See {}!” Worms draw"),
    ("zh", "季节之内", "季节（参见{}）之内"), ("zh", "回来。", "回来，{}也这么说。"),
    ("zh", "回来。", "回来。{}有更多内容。"), ("zh", "园丁，", "园丁（{}）也好，"),
    ("ja", "庭師は", "庭師（{}参照）は"),
    ("ja", "だろう。", "だろう、と{}は言う。"), ("ja", "年」の", "年」（{}）の"),
    ("ja", "いる。", "いる。「{}」もそう言う。"), ("ja", "「一、", "「{}、一、"),
    ("ar", "من قبل.", "من قبل، كما يقول {}."), ("ar", "موسمين،", "موسمين (انظر {})،"),
    ("ar", "دائما.", "دائما؛ انظر {}."), ("hi", "देखेगा।", "देखेगा, जैसा {} कहता है।"),
    ("hi", "हो।", "हो (देखें {})।"), ("my", "ဖြစ်သည်။", "ဖြစ်သည်၊ {}။"),
    ("fr", "automne\u00a0»", "automne\u00a0» (voir {})"), ("fr", "vrai\u00a0?", "vrai (voir {})\u00a0?"),
    ("fr", "grise.", "grise, comme le dit {}."), ("fr", "«\u00a0chaque", "«\u00a0selon {}, chaque"),
    ("de", "Herbst“", "Herbst“ (siehe {})"), ("de", "„jeden", "„laut {} jeden"),
    ("de", "So ist es.", "So ist es, sagt {}."), ("es", "¿No es", "¿Según {}, no es"),
    ("es", "cierto?", "cierto, como dice {}?"),
]  # fmt: skip
CHANGED = [
    ("en", "at night", "“at night”"), ("en", "the next rain", "the next (rain)"), ("en", "next rain", "next, rain"),
    ("en", "there.", "there?"), ("en", "there.", "there!"), ("en", "there.", "there…"), ("en", "“tilled”", "tilled"),
    ("en", "it so?", "it so."), ("en", "surface, where", "surface — where"), ("en", "on slopes", "on—slopes"),
    ("zh", "蚯蚓", "“蚯蚓”"), ("zh", "又灰。", "又灰？"), ("zh", "回来。", "回来…"),
    ("ja", "ミミズ", "「ミミズ」"),
    ("ja", "ことだ。", "ことだ？"), ("ja", "「一、二年」", "一、二年"), ("ar", "الديدان", "«الديدان»"),
    ("ar", "دائما.", "دائما؟"), ("hi", "केंचुओं", "“केंचुओं”"), ("hi", "हो।", "हो?"),
    ("fr", "les vers", "«\u00a0les vers\u00a0»"), ("fr", "vrai\u00a0?", "vrai\u00a0."), ("de", "Würmer", "„Würmer“"),
    ("de", "So ist es.", "So ist es?"), ("de", "„jeden Herbst“", "jeden Herbst"),
    ("es", "Así es siempre.", "¿Así es siempre?"), ("es", "¿No es cierto?", "No es cierto."),
]  # fmt: skip
CODE_CHANGED = [
    ("`rm -rf ./tmp`", "`rm -rf /tmp`"), ("`rm -rf tmp`", "`rm -rf /tmp`"), ("`--dry-run`", "`-dry-run`"),
    ("`-rf`", "`-RF`"), ("`-rf`", "-rf"), ("`-rf`", "`-r` `f`"), ("`rm -rf tmp`", "`rm  -rf tmp`"),
]  # fmt: skip


def broken_rules(text: str, old: str, new: str, sentence: str) -> set[str]:
    """Return the rules that a paragraph breaks if words of it are replaced and a sentence follows it."""
    assert text.count(old) == 1
    article = f"Lead.\n\n{text}\n\nClose.\n"
    block = find_prose_blocks(article)[1]
    edit = Edit(block.id, "replace", f"{text.replace(old, new)} {sentence}")
    return {problem.rule for problem in Scene(article, block).edit(edit).problems()} - {"one_script"}


@pytest.mark.parametrize(("language", "old", "new"), PUT_IN)
def test_marks_may_change_where_words_are_put_in(language: str, old: str, new: str) -> None:
    assert broken_rules(TEXTS[language], old, new.format(LITERAL), "") == set()


@pytest.mark.parametrize(("language", "old", "new"), CHANGED)
def test_marks_may_not_change_elsewhere(language: str, old: str, new: str) -> None:
    assert broken_rules(TEXTS[language], old, new, SENTENCE) == {"words_kept"}


@pytest.mark.parametrize(("old", "new"), [("at night and", "at night, too, and"), ("“tilled”", "“tilled too”")])
def test_marks_may_change_where_one_word_is_put_in(old: str, new: str) -> None:
    assert broken_rules(TILLED, old, new, SENTENCE) == set()


def test_an_authors_words_are_known_from_new_ones_that_say_nearly_as_much() -> None:
    text = f"“Tilled” soil is theirs: {TILLED}"
    twice = f"For tilled soil, see {LITERAL}. {text.removesuffix('so?')}so, we ask?"

    assert broken_rules(text, text, twice, "") == set()


def test_one_pause_may_go() -> None:
    assert broken_rules(TILLED, "surface, where", "surface where", SENTENCE) == set()


@pytest.mark.parametrize(("old", "new"), CODE_CHANGED)
def test_the_authors_code_must_stay(old: str, new: str) -> None:
    assert broken_rules(CODE, old, new, SENTENCE) == {"words_kept"}


def test_three_words_may_not_get_other_marks() -> None:
    new = f"night, as {LITERAL} shows, and bring; so it is; fine earth up, it is true, to"

    assert broken_rules(WORMS, "night and bring fine earth up to", new, "") == {"words_kept"}
    assert broken_rules(WORMS, "night and bring fine earth up to", new.replace("up,", "up"), "") == set()


def test_marks_are_compared_also_where_words_repeat_without_end() -> None:
    text = "the worms and " * 700

    assert broken_rules(f"{text}so on.", "so on.", f"“so on”, {LITERAL}.", "") == {"words_kept"}
    assert broken_rules(f"So {text}so on.", "So the", f"“See {LITERAL}!” So the", "Or so.") == set()
