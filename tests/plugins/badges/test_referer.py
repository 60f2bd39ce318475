"""The host decides, as a parsed name and exactly."""

from __future__ import annotations

import pytest

from app.kernel import domains
from app.plugins.badges.referer import host_of, stranger

ALLOWED = (domains.host("武陵区教育局.政务").ascii, "wljy.gov.cn")
OWN = ("127.0.0.1", "biaozhi.example.gov.cn")


@pytest.mark.parametrize(
    "address",
    [
        "http://wljy.gov.cn/",
        "https://wljy.gov.cn/a/b?x=http://evil.com",
        "http://WLJY.GOV.CN/",
        "http://wljy.gov.cn./",
        "http://wljy.gov.cn:8080/",
        "https://武陵区教育局.政务/",
        f"https://{ALLOWED[0]}/",
        f"https://{ALLOWED[0].upper()}:443/x",
        "http://武陵区教育局。政务/",
    ],
)
def test_a_registered_host_in_any_spelling_is_no_stranger(address: str) -> None:
    assert stranger(address, ALLOWED, OWN) is None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://wuling-edu.com/", "wuling-edu.com"),
        ("http://wljy.gov.cn.evil.com/", "wljy.gov.cn.evil.com"),
        ("http://evil-wljy.gov.cn/", "evil-wljy.gov.cn"),
        ("http://www.wljy.gov.cn/", "www.wljy.gov.cn"),
        ("http://wljyxgov.cn/", "wljyxgov.cn"),
        ("http://gov.cn/", "gov.cn"),
        ("http://evil.com/?wljy.gov.cn", "evil.com"),
        ("http://evil.com/#@wljy.gov.cn", "evil.com"),
        ("http://evil.com:80/", "evil.com"),
        ("http://[::1]/", "::1"),
        ("http://8.8.8.8/", "8.8.8.8"),
        ("http://localhost/", "localhost"),
        ("http://a_b.example.com/", "a_b.example.com"),
        ("http://鼎城区教育局.政务/", "鼎城区教育局.政务"),
        (f"http://{domains.host('鼎城区教育局.政务').ascii}/", "鼎城区教育局.政务"),
        ("http://wljy.xn--gv-fka.cn/", "wljy.xn--gv-fka.cn"),  # a look-alike stays in punycode
        ("http://wljy.gov.cn@evil.com/", "wljy.gov.cn@evil.com"),
        ("http://evil.com\\@wljy.gov.cn/", "evil.com\\@wljy.gov.cn"),
    ],
)
def test_any_other_host_is_named(address: str, said: str) -> None:
    assert stranger(address, ALLOWED, OWN) == said


@pytest.mark.parametrize(
    "address",
    [None, "", "about:blank", "android-app://com.baidu.searchbox/", "not an address", "http://", "http://[::1", "//x",
     "http://evil.com/" + "x" * 5000],
)  # fmt: skip
def test_what_names_no_host_says_nothing(address: str | None) -> None:
    assert stranger(address, ALLOWED, OWN) is None


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000/badge/", "https://BIAOZHI.example.gov.cn/portal/"]
)
def test_the_platforms_own_pages_are_no_strangers(address: str) -> None:
    assert stranger(address, ALLOWED, OWN) is None


def test_a_host_is_read_without_port_case_and_closing_dot() -> None:
    assert host_of("HTTPS://User.Example.COM.:8443/x") == "user.example.com"
