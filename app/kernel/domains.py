"""Chinese and English domain names and website names: what is well-formed.

Registered names follow a narrower rule than IDNA, which lets Cyrillic and traditional look-alikes through:
Han of the simplified set (GB 2312 and the place-name characters passed in), a-z, 0-9 and the hyphen.
Which suffixes a track may use, and how long a name may be, is data that the caller passes in (C-art.5–6).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import idna

from app.kernel.errors import N_, Refusal

CHINESE_FIELD = "chinese_domain"
ENGLISH_FIELD = "english_domain"

_LONGEST_TYPED = 255
_LONGEST_HOST = 253
_LONGEST_LABEL = 63
_ASCII_LABEL = re.compile(r"[a-z0-9-]+", re.ASCII)
_NOT_A_HOST = re.compile(r"[/\\:@?#]")


@dataclass(frozen=True)
class Domain:
    """A host name as people read it and as the network carries it, and the suffix it ends in, undotted."""

    unicode: str
    ascii: str
    suffix: str

    def __str__(self) -> str:
        return self.unicode


@cache
def is_han(char: str) -> bool:
    """Whether this is a Chinese character of any kind, traditional ones included."""
    return unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")


def is_standard_han(char: str, extra: str = "") -> bool:
    """Whether this is a simplified character: one of GB 2312, or of the ``extra`` place-name characters."""
    return char in extra or _is_gb2312(char)


@cache
def _is_gb2312(char: str) -> bool:
    try:
        return is_han(char) and len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _fold(text: str, field: str) -> str:
    """Half-width, lower case, dots for 。, without the closing dot; refuses what is more than a host name."""
    folded = unicodedata.normalize("NFKC", text[: _LONGEST_TYPED + 1]).strip()
    if not folded:
        raise Refusal("domain-empty", N_("请填写域名。"), field=field)
    if _NOT_A_HOST.search(folded):
        raise Refusal(
            "domain-url",
            N_("只填写域名本身，不要带“http://”、端口、邮箱或网页路径。"),
            field=field,
        )
    if max(len(text), len(folded)) > _LONGEST_TYPED:
        raise Refusal("domain-long", N_("域名过长，请核对。"), field=field)
    if all(char.isascii() or _is_gb2312(char) for char in folded):
        return folded.lower().removesuffix(".")  # all that UTS 46 does to these, many times as fast
    try:
        return idna.uts46_remap(folded, std3_rules=False).removesuffix(".")
    except UnicodeError:
        raise _bad_characters(field) from None


def _bad_characters(field: str) -> Refusal:
    return Refusal(
        "domain-characters",
        N_("域名只能使用规范汉字（简体）、英文字母、数字和连接符“-”，请核对有无空格、繁体字或形近字符。"),
        field=field,
    )


def _unicode_label(label: str, field: str) -> str:
    """A label as people read it, with punycode undone."""
    if not label.startswith("xn--"):
        return label
    try:
        return idna.ulabel(label)
    except UnicodeError:
        raise Refusal(
            "domain-punycode", N_("以“xn--”开头的编码不正确，请直接填写中文域名。"), field=field
        ) from None


def _ascii_label(label: str, field: str) -> str:
    """A checked label as the network carries it."""
    if label.startswith("-") or label.endswith("-") or label[2:4] == "--":
        raise Refusal("domain-hyphen", N_("连接符“-”不能在开头、结尾，也不能在第三、四位连用。"), field=field)
    try:
        return _encoded(label)
    except UnicodeError:
        raise Refusal("domain-label", N_("域名中两点之间的一段过长或不规范，请核对。"), field=field) from None


@lru_cache(maxsize=4096)
def _encoded(label: str) -> str:
    """IDNA's own encoding; remembered, for a domain is read, compared and looked up within one breath.

    Among letters, digits, hyphens and simplified Han there is nothing that IDNA would refuse but the length.
    """
    if not all(char.isascii() or _is_gb2312(char) for char in label):
        return idna.alabel(label).decode("ascii")
    encoded = label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
    if len(encoded) > _LONGEST_LABEL:
        raise UnicodeError("label too long")
    return encoded


def _parse(text: str, field: str, allowed: Callable[[str], bool]) -> Domain:
    """Fold, split, check every character and encode; the suffix is the last label."""
    labels = _fold(text, field).split(".")
    if "" in labels:
        raise Refusal("domain-dots", N_("域名中的点多余或连用，请核对。"), field=field)
    shown = [_unicode_label(label, field) for label in labels]
    if not all(_ASCII_LABEL.fullmatch(label) or all(map(allowed, label)) for label in shown):
        raise _bad_characters(field)
    if shown[-1].isdigit():
        raise Refusal("domain-ip", N_("请填写域名，不要填写 IP 地址。"), field=field)
    if len(shown) < 2:
        raise Refusal("domain-suffix", N_("请把域名写全，连同后缀。"), field=field)
    encoded = [_ascii_label(label, field) for label in shown]
    network = ".".join(encoded)
    if len(network) > _LONGEST_HOST:
        raise Refusal("domain-long", N_("域名过长，请核对。"), field=field)
    return Domain(".".join(shown), network, shown[-1])


def _with_suffix(domain: Domain, suffixes: Sequence[str], message: str, source: str, field: str) -> Domain:
    """The same domain with the longest of ``suffixes`` it ends in; any suffix when none are given."""
    plain = sorted((suffix.strip(".") for suffix in suffixes), key=len, reverse=True)
    for suffix in plain:
        if domain.unicode == suffix:
            raise Refusal("domain-body", N_("后缀“.%(suffix)s”之前还应有名称。"), field=field, suffix=suffix)
        if domain.unicode.endswith("." + suffix):
            return Domain(domain.unicode, domain.ascii, suffix)
    if not plain:
        return domain
    listed = "、".join(f"“.{suffix.strip('.')}”" for suffix in suffixes)
    raise Refusal("domain-suffix", message, source=source, field=field, suffixes=listed)


def chinese(
    text: str, suffixes: Sequence[str] = (), *, longest: int = 31, extra: str = "", source: str = ""
) -> Domain:
    """A Chinese domain, from Unicode or punycode (C-art.6, A4.d).

    ``suffixes`` as in 政务.cn (none: any); ``longest`` counts the whole name as written; ``extra`` are
    place-name characters outside GB 2312; ``source`` is the article the suffixes rest on.

    Raises:
        Refusal: field ``chinese_domain``; not a well-formed name, or not under one of the suffixes.
    """
    field = CHINESE_FIELD
    domain = _parse(
        text, field, lambda char: is_standard_han(char, extra) or bool(_ASCII_LABEL.fullmatch(char))
    )
    domain = _with_suffix(domain, suffixes, N_("中文域名的后缀应为%(suffixes)s。"), source, field)
    if not any(is_han(char) for char in domain.unicode.removesuffix(domain.suffix)):
        raise Refusal("domain-no-han", N_("中文域名在后缀之前至少要有一个汉字。"), field=field)
    if len(domain.unicode) > longest:
        raise Refusal("domain-long", N_("中文域名连同后缀不超过 %(n)s 个字符。"), field=field, n=longest)
    return domain


def english(text: str, suffixes: Sequence[str] = (), *, source: str = "") -> Domain:
    """An English domain: letters, digits and hyphens only (C-art.6, A4.d).

    Raises:
        Refusal: field ``english_domain``; not a well-formed name, or not under one of the suffixes.
    """
    field = ENGLISH_FIELD
    domain = host(text, field=field)
    if not domain.unicode.isascii():
        raise Refusal("domain-not-ascii", N_("英文域名只能使用英文字母、数字和连接符“-”。"), field=field)
    return _with_suffix(domain, suffixes, N_("英文域名的后缀应为%(suffixes)s。"), source, field)


def host(text: str, *, field: str = "host") -> Domain:
    """A host name of either kind, any Han accepted: for look-up and comparison, not for registration.

    Raises:
        Refusal: not a host name.
    """
    return _parse(text, field, lambda char: is_han(char) or bool(_ASCII_LABEL.fullmatch(char)))


def same_host(left: str, right: str) -> bool:
    """Whether both name the same host, exactly: case, width, punycode and a closing dot aside, nothing else.

    What cannot be read as a host name equals nothing, itself included.
    """
    try:
        return host(left).ascii == host(right).ascii
    except Refusal:
        return False


_NAME_MARKS = frozenset(" -—·•（）()《》“”‘’、，,.：:&/+_")
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}


def _is_name_char(char: str) -> bool:
    return is_han(char) or (char.isascii() and char.isalnum()) or char in _NAME_MARKS


def website_name(text: str, *, shortest: int = 2, longest: int = 60) -> str:
    """A website's name as its title bar shows it (C-art.4, C-art.6), with spaces and wide letters folded.

    Raises:
        Refusal: field ``name``; empty, too short or long, an address, or characters that are no name's.
    """
    field = "name"
    name = " ".join(text[: longest * 8].translate(_WIDE).split())
    if not name:
        raise Refusal("site-name-empty", N_("请填写网站名称。"), field=field)
    if not shortest <= len(name) <= longest or len(text) > longest * 8:
        raise Refusal(
            "site-name-length",
            N_("网站名称应为 %(least)s 至 %(most)s 个字。"),
            field=field,
            least=shortest,
            most=longest,
        )
    if not all(_is_name_char(char) for char in name):
        raise Refusal(
            "site-name-characters",
            N_("网站名称只能使用汉字、英文字母、数字和常用标点，请核对有无特殊符号。"),
            field=field,
        )
    has_han = any(is_han(char) for char in name)
    if not has_han and ("." in name or "/" in name):
        raise Refusal(
            "site-name-address", N_("请填写网站名称（浏览器标题栏所示），不要填写网址。"), field=field
        )
    if not has_han and not any(char.isalpha() for char in name):
        raise Refusal("site-name-letters", N_("网站名称中应有汉字或英文字母。"), field=field)
    return name
