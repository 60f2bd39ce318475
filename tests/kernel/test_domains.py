"""Chinese and English domains, hosts and website names: what is well-formed and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import domains
from app.kernel.errors import Refusal

ORGAN = ("政务", "政务.cn")
INSTITUTION = ("公益", "公益.cn", "政务", "政务.cn")


def refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    assert str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "shown", "suffix"),
    [
        ("武陵区教育局.政务", "武陵区教育局.政务", "政务"),
        ("武陵区教育局。政务", "武陵区教育局.政务", "政务"),
        ("武陵区教育局．政务．ｃｎ", "武陵区教育局.政务.cn", "政务.cn"),
        ("　武陵区教育局.政务\n", "武陵区教育局.政务", "政务"),
        ("武陵区教育局.政务.", "武陵区教育局.政务", "政务"),
        ("ＷＷＷ.澧县２.政务", "www.澧县2.政务", "政务"),
        ("常德-A.政务", "常德-a.政务", "政务"),
        ("常\u200b德.政务", "常德.政务", "政务"),
    ],
)
def test_chinese_domains_are_folded(typed, shown, suffix):
    domain = domains.chinese(typed, ORGAN)
    assert (domain.unicode, domain.suffix, str(domain)) == (shown, suffix, shown)


def test_punycode_is_accepted_and_shown_in_unicode():
    domain = domains.chinese("XN--rut46a.xn--zfr164b", ORGAN)
    assert domain == domains.Domain("常德.政务", "xn--rut46a.xn--zfr164b", "政务")
    assert domains.chinese("常德.公益", INSTITUTION).ascii == "xn--rut46a.xn--55qw42g"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "domain-empty"),
        ("　 ", "domain-empty"),
        ("http://常德.政务", "domain-url"),
        ("ｈｔｔｐ：／／常德．政务／ｉｎｄｅｘ", "domain-url"),
        ("常德.政务/index.html", "domain-url"),
        ("常德.政务:8080", "domain-url"),
        ("admin@常德.政务", "domain-url"),
        ("常德.政务?id=1", "domain-url"),
        ("常德 市.政务", "domain-characters"),
        ("常德_市.政务", "domain-characters"),
        ("常德，市.政务", "domain-characters"),
        ("常..政务", "domain-dots"),
        (".常德.政务", "domain-dots"),
        ("常德.政务..", "domain-dots"),
        ("-常德.政务", "domain-hyphen"),
        ("常德-.政务", "domain-hyphen"),
        ("常德--市.政务", "domain-hyphen"),
        ("xn--a.政务", "domain-punycode"),
        ("xn--.政务", "domain-punycode"),
        ("常德", "domain-suffix"),
        ("常德.公益", "domain-suffix"),
        ("常德.com", "domain-suffix"),
        ("常德政务", "domain-suffix"),
        ("changde.政务", "domain-no-han"),
        ("政务.cn", "domain-body"),
        ("192.0.2.1", "domain-ip"),
        ("常" * 29 + ".政务", "domain-long"),
        ("常" * 300, "domain-long"),
    ],
)
def test_what_is_no_chinese_domain_of_an_organ(typed, code):
    refusal = refused(domains.chinese, typed, ORGAN)
    assert (refusal.code, refusal.field) == (code, "chinese_domain")


def test_thirty_one_characters_are_the_most():
    assert len(domains.chinese("常" * 28 + ".政务", ORGAN).unicode) == 31
    assert refused(domains.chinese, "常德市.政务", ORGAN, longest=5).params == {"n": 5}


@pytest.mark.parametrize(
    "typed",
    [
        "常德а.政务",
        "аbc常.政务",
        "常德ο.政务",
        "中國.政务",
        "湖南網.政务",
        "常徳.政务",
        "상덕.政务",
        "常德カ.政务",
    ],
)
def test_look_alikes_are_refused_although_idna_takes_them(typed):
    import idna

    assert idna.encode(typed, uts46=True)
    assert refused(domains.chinese, typed, ORGAN).code == "domain-characters"


def test_a_place_name_outside_the_standard_set_comes_in_as_data():
    assert refused(domains.chinese, "浉河区.政务", ORGAN).code == "domain-characters"
    assert domains.chinese("浉河区.政务", ORGAN, extra="浉硚").unicode == "浉河区.政务"


def test_the_refused_suffix_names_what_is_allowed_and_who_says_so():
    refusal = refused(domains.chinese, "常德.com", (".政务", "政务.cn"), source="办法第六条")
    assert str(refusal) == "中文域名的后缀应为“.政务”、“.政务.cn”。"
    assert refusal.source == "办法第六条"


def test_without_suffixes_any_will_do_but_the_name_needs_a_chinese_character():
    assert domains.chinese("常德.com").suffix == "com"
    assert refused(domains.chinese, "changde.政务").code == "domain-no-han"


@pytest.mark.parametrize(
    ("typed", "shown", "suffix"),
    [
        ("WWW.Changde.GOV.cn", "www.changde.gov.cn", "gov.cn"),
        ("ｗｗｗ．changde。gov。cn.", "www.changde.gov.cn", "gov.cn"),
        ("changde.org.cn", "changde.org.cn", "org.cn"),
        ("changde.hn.cn", "changde.hn.cn", "cn"),
    ],
)
def test_english_domains_take_the_longest_suffix(typed, shown, suffix):
    domain = domains.english(typed, ("cn", "gov.cn", "org.cn"))
    assert (domain.unicode, domain.ascii, domain.suffix) == (shown, shown, suffix)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("gov.cn", "domain-body"),
        ("changdegov.cn", "domain-suffix"),
        ("changde.gov.cn.example.com", "domain-suffix"),
        ("changde.com", "domain-suffix"),
        ("常德.gov.cn", "domain-not-ascii"),
        ("xn--rut46a.gov.cn", "domain-not-ascii"),
        ("chаngde.gov.cn", "domain-characters"),
        ("chang_de.gov.cn", "domain-characters"),
        ("a" * 64 + ".gov.cn", "domain-label"),
        (".".join(["a" * 61] * 4) + ".gov.cn", "domain-long"),
        ("https://changde.gov.cn/", "domain-url"),
        ("", "domain-empty"),
    ],
)
def test_what_is_no_english_domain_of_an_organ(typed, code):
    refusal = refused(domains.english, typed, ("gov.cn",))
    assert (refusal.code, refusal.field) == (code, "english_domain")


def test_a_host_may_be_of_either_kind_and_hold_any_han():
    assert domains.host("常德.政务").ascii == "xn--rut46a.xn--zfr164b"
    assert domains.host("changde.gov.cn").suffix == "cn"
    assert domains.host("浉河.政务").unicode == "浉河.政务"
    assert refused(domains.host, "changde").field == "host"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("changde.gov.cn", "CHANGDE.gov.cn."),
        ("常德.政务", "xn--rut46a.xn--zfr164b"),
        ("常德。政务", "常德.政务."),
        ("浉河.政务", "浉河.政务"),
    ],
)
def test_the_same_host_in_two_writings(one, other):
    assert domains.same_host(one, other) and domains.same_host(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dcs.conac.cn", "dcs.conac.cn.evil.com"),
        ("conac.cn", "dcs.conac.cn"),
        ("www.changde.gov.cn", "changde.gov.cn"),
        ("changde.gov.cn", "chаngde.gov.cn"),
        ("常德.政务", "常徳.政务"),
        ("changde.gov.cn", "changde.gov.cn:80"),
        ("changde.gov.cn", "x@changde.gov.cn"),
        ("changde.gov.cn", "changde.gov.cn.."),
        ("", ""),
        ("no host", "no host"),
    ],
)
def test_anything_else_is_another_host(one, other):
    assert not domains.same_host(one, other) and not domains.same_host(other, one)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("中国常德", "中国常德"),
        (" 武陵　 教育网\n", "武陵 教育网"),
        ("常德ＡＢ１２", "常德AB12"),
        ("常德市“智慧”网（试行）", "常德市“智慧”网（试行）"),
        ("CD", "CD"),
    ],
)
def test_website_names(typed, kept):
    assert domains.website_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "site-name-empty"),
        ("　\t", "site-name-empty"),
        ("网", "site-name-length"),
        ("网" * 61, "site-name-length"),
        (" " * 500 + "武陵网", "site-name-empty"),
        ("武陵网" + " " * 500, "site-name-length"),
        ("<b>武陵网</b>", "site-name-characters"),
        ("武陵\u202e网", "site-name-characters"),
        ("武陵\x00网", "site-name-characters"),
        ("Чандэ网", "site-name-characters"),
        ("www.changde.gov.cn", "site-name-address"),
        ("http://changde/", "site-name-address"),
        ("2014-11", "site-name-letters"),
    ],
)
def test_what_is_no_website_name(typed, code):
    refusal = refused(domains.website_name, typed)
    assert (refusal.code, refusal.field) == (code, "name")


def test_the_length_of_a_website_name_is_given():
    assert refused(domains.website_name, "武陵教育网", longest=4).params == {"least": 2, "most": 4}


LETTERS = st.sampled_from("常德武陵区教育局澧县网abcxyz019-。．.ＡＺ 國徳аn-ｘ\u200d\u00ad\ud800:/@")
NEARLY = st.text(LETTERS, max_size=40).flatmap(
    lambda body: st.sampled_from([body, body + ".政务", body + ".政务.cn", "xn--" + body, body + ".gov.cn"])
)


@given(st.one_of(NEARLY, st.text(max_size=400)))
def test_any_text_gives_a_lasting_domain_or_a_refusal(text):
    for read in (domains.chinese, domains.english, domains.host):
        try:
            domain = read(text)
        except Refusal as refusal:
            assert str(refusal) and refusal.field
            continue
        assert domain.ascii.isascii() and len(domain.ascii) <= 253
        assert read(domain.unicode) == domain
        assert read(domain.ascii) == domain
        assert domains.same_host(text, domain.ascii)


@given(st.one_of(NEARLY, st.text(max_size=400)))
def test_a_chinese_domain_holds_only_what_it_may(text):
    try:
        domain = domains.chinese(text, ORGAN)
    except Refusal:
        return
    assert len(domain.unicode) <= 31
    assert domain.unicode.endswith(".政务") or domain.unicode.endswith(".政务.cn")
    assert all(
        char in "abcdefghijklmnopqrstuvwxyz0123456789-." or char.encode("gb2312") for char in domain.unicode
    )


@given(st.text(max_size=600))
def test_any_text_gives_a_lasting_website_name_or_a_refusal(text):
    try:
        name = domains.website_name(text)
    except Refusal as refusal:
        assert str(refusal)
        return
    assert domains.website_name(name) == name
    assert 2 <= len(name) <= 60


@given(st.characters())
def test_standard_characters_are_simplified_ones(char):
    assert domains.is_han(char) or not domains.is_standard_han(char)
    assert domains.is_standard_han(char, extra=char)


def test_traditional_forms_are_han_but_not_standard():
    assert all(domains.is_han(char) and not domains.is_standard_han(char) for char in "國網務縣徳")
    assert all(domains.is_standard_han(char) for char in "国网务县德澧溆")
    assert not domains.is_han("々") and not domains.is_standard_han("A")
