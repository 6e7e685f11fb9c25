"""Abbreviations and phrases of many languages are no host names, and host names in any disguise are."""
# ruff: noqa: RUF001 - Turkish letters are meant

import pytest

from blogqueue.catalogue.link_rules import validate_named_host
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.link_edit.edits import Edit
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.disguises import find_all_hosts
from tests.writing.article.right_article import BRIEF, TITLE
from tests.writing.article.wrong_articles import added
from tests.writing.garden import GARDEN
from tests.writing.link_edit.scenes import SENTENCE, Scene

EVERYDAY = {
    "ca": "P.ex. l'any 44 a.C., el punt de vista dels FF.CC., els EE.UU., etc. com abans, i un col·legi.",
    "cs": "Např. r. 44 př.n.l. psal prof.Ing. Jan Novák, Mgr.et Mgr., doc.dr. ze spol. s r.o., tj. v.o.s. a o.p.s.",
    "da": "F.eks. i 44 f.Kr., bl.a. m.fl. og m.v., skrev cand.mag. og cand.med. Anna, dr.med., på det punkt de mødes.",
    "de": "Z.B. 44 v.Chr. u.v.m. i.d.R. nach Dr.med. Maier, Dipl.Ing., Art.Nr. vier, die Schüler·in, eine Endung .de.",
    "en": "She has a B.Sc., an M.Sc., a B.Com. and a Ph.D., e.g. since the dot com bubble, and a .com domain or a .net "
    "one; the dot com years at 9 a.m. in St. Paul, or at the 5th Ave. shop, were the 1990s dot com boom.",
    "es": "Desde el punto de vista de EE.UU., RR.HH., RR.SS., FF.CC. y AA.EE., p.ej. el 1.er y 21.er punto de partida, "
    "la burbuja punto com y un dominio .com, es un buen punto de encuentro.",
    "fi": "Esim. 44 eKr. jne. ym. mm. prof.dr. Virtanen, t.s. n. k.o. tekn.toht., ks. em. vrt. fil.tri.",
    "fil": "Hal. si Engr. Cruz, Sta.Ana, Sto.Tomas, atbp., blg. ng G. at Gng. Reyes, M.D.",
    "fr": "Un autre point de vue, un bon point de départ, une mise au point de plus, un nouveau point info, une grosse "
    "dot comme autrefois, p.ex. les étudiant·es, les client·e·s, citoyen·ne et sportif·ve, en .fr, av.J.-C., une "
    "dot de fille, le nom de domaine .fr, M.Dupont et c.-à-d. le point de vente.",
    "hr": "Npr. 44. pr.Kr. pisao je prof.dr.sc. Ivan Horvat, mr.sc., dipl.ing., dr.med., mag.art., tj. itd. i d.o.o.",
    "hu": "Pl. Kr.e. és i.sz. stb., ill. dr. Nagy, Kft. és Zrt., u.i. d.u. kb. m.n. XIV.Lajos és Szt.István.",
    "id": "Menurut Drs.H. Budi, S.Pd., M.Si., S.Si., S.Ag., A.Md., S.Farm., S.Pd.SD, dr. Ani, Sp.JP, Sp.PK, dll. dsb.",
    "it": "P.es. nel 44 a.C. i sigg. di FF.SS. e PP.TT., la Sig.na Rossi, il Gent.mo dott.ing. Verdi, AA.VV., dal "
    "punto di vista di un punto info e di S.p.A. e S.r.l., ecc. come prima.",
    "nl": "Bijv. in 44 v.Chr. schreef prof.dr.ir. Jansen, drs., ing., m.b.t. d.w.z. o.a. i.v.m. t.o.v. a.u.b. B.V.",
    "no": "F.eks. i 44 f.Kr. og e.Kr., bl.a. m.fl., m.m., dvs. siv.ing. og dr.ing. Hansen, på det punkt de var enige.",
    "pl": "M.in. prof. dr n.med. Nowak, lek.med., mgr.inż., 44 p.n.e., np. itd. sp.z o.o., m.st. Warszawa, Dz.U.",
    "pt": "P.ex. folhas, palha, etc. com terra e 20 cm. com água, o Exmo.Sr. e V.Exa., a Sra. com o Prof.Me. João, o "
    "Sr. com a Dr.ª Ana, um domínio .com, no séc.XX e S.A.",
    "ro": "De ex. în 44 î.Hr. și d.Hr., prof.univ.dr.ing. Popescu, ș.a.m.d., S.R.L. și S.A., nr. și str. etc.",
    "sv": "T.ex. år 44 f.Kr. och e.Kr., bl.a. m.fl., m.m., d.v.s. fil.mag. och tekn.dr., fr.o.m. det punkt de nått.",
    "sw": "K.m. Bw. na Bi. Juma, n.k., S.L.P. ya Dar, k.v. Mh. Dkt. Asha, M.Sc., Ph.D.",
    "tr": "Örn. biz ve Prof.Dr. Yılmaz, Doç.Dr. Kaya, M.Ö. ve M.S., San.ve Tic.Ltd.Şti., A.Ş., vb. biz de, T.C. "
    "ve v.b. için dot com balonu.",
    "vi": "Ở TP.HCM, GS.TS., PGS.TS. và ThS.BS. An, TS.BS.CKII, TS.LS. Bình, Q.Ba, P.Hai, v.v., TT.Huế.",
}  # fmt: skip
"""Sentences that a person would not write, full of what persons do write, in the largest languages of Latin script."""

HOSTS = {
    "evil.com": (
        "evil.com", "evil .com", "evil. com", "evil dot com", "evil (dot) com", "evil[.]com", "evil\u00b7com",
        "evil punto com", "evil point com",
    ),
    "evil.de": ("evil.de", "evil .de", "evil dot de", "evil (punto) de", "evil (point) de", "evil\u2022de"),
    "evil.info": ("evil.info", "evil dot info", "evil [point] info"),
    "x.com": ("x.com", "x dot com", "x.com/evil"),
    "t.co": ("t.co",), "t.me": ("t.me/evil",), "g.co": ("g.co",), "a.example": ("a.example",),
    "ing.nl": ("ing.nl",), "dr.dk": ("dr.dk",), "sp.nl": ("sp.nl",), "bs.to": ("bs.to",), "aa.com": ("aa.com",),
    "evil.co.uk": ("evil.co.uk",), "client.es": ("client.es",), "evil.in": ("evil.in",), "evil.ck": ("evil.ck",),
    "evil.onion": ("evil.onion",), "evil.xn--p1ai": ("evil.xn--p1ai",),
    "\u0441\u0430\u0439\u0442.\u0440\u0444": ("\u0441\u0430\u0439\u0442.\u0440\u0444",),
}  # fmt: skip
"""Hosts and the forms in which they must be found."""


@pytest.mark.parametrize("language", EVERYDAY)
def test_everyday_words_name_no_host(language: str) -> None:
    assert find_all_hosts(EVERYDAY[language]) == set()


@pytest.mark.parametrize("language", EVERYDAY)
def test_a_link_may_stand_beside_everyday_words(language: str) -> None:
    block = find_eligible_blocks(GARDEN)[0]

    found = Scene(GARDEN, block).edit(Edit(block.id, "append", f"{SENTENCE} {EVERYDAY[language]}")).problems()

    assert "no_bare_url" not in {problem.rule for problem in found}


@pytest.mark.parametrize("language", EVERYDAY)
def test_a_new_article_may_use_everyday_words(language: str) -> None:
    found = check_article(TITLE, added(EVERYDAY[language]), BRIEF)

    assert "no_bare_url" not in {problem.rule for problem in found}


@pytest.mark.parametrize(
    "anchor",
    [
        "un autre point de vue", "el punto de partida", "un point de d\u00e9part", "f.eks. kompost", "RR.HH. en EE.UU.",
        "the dot com bubble", "die besten B.Sc.-Kurse", "m.in. kompost", "choose a .com domain", "Dr.med. Maier",
    ],
)  # fmt: skip
def test_an_anchor_of_everyday_words_is_sold(anchor: str) -> None:
    assert validate_named_host(anchor, "https://www.example.com/") == anchor


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_found_in_each_of_its_forms(host: str) -> None:
    found = {form: find_all_hosts(f"Ask at {form} now.") for form in HOSTS[host]}

    assert found == {form: {host} for form in HOSTS[host]}


def test_a_target_is_found_under_an_ending_that_nobody_knows() -> None:
    block = find_eligible_blocks(GARDEN)[0]

    found = Scene(GARDEN, block).append(f"{SENTENCE} That is example.com.other, of course.").problems()

    assert [problem.rule for problem in found] == ["no_bare_url"]
