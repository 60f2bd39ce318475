"""Numbers that name people, places and organisations: thin over python-stdnum and phonenumbers.

Every reader folds full-width digits, drops separators people type and answers in one canonical form. Nothing
but ``Refusal`` comes out of bad input.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import date
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType
from stdnum import numdb
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from app.kernel import domains
from app.kernel.errors import N_, Refusal

_LONGEST = 320
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−]+")
_ID = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_CREDIT = re.compile(r"1[123][0-9]{6}[0-9A-Z]{10}", re.ASCII)
_POSTCODE = re.compile(r"[0-8][0-9]{5}", re.ASCII)
_AREA = re.compile(r"0?[1-9][0-9]{1,2}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
_EXTENSION = re.compile(r"(?:转|分机|EXT\.?|X|#)[:：]?([0-9]{1,6})$", re.ASCII | re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"(?<=[0-9]{7})-([0-9]{1,6})$", re.ASCII)
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII | re.I)

# RFC 5737 and 3849: routed nowhere, so drills and manuals may use them where a public address is asked for.
_EXAMPLES = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
# What ipaddress calls global although no website is reached there: translated, 6to4 and site-local addresses.
_NO_WEBSITE = ("192.0.0.0/24", "64:ff9b::/96", "2002::/16", "fec0::/10")


def _folded(text: str, field: str) -> str:
    """Half-width and trimmed."""
    if len(text) > _LONGEST:
        raise Refusal("too-long", N_("填写内容过长，请核对。"), field=field)
    return unicodedata.normalize("NFKC", text).strip()


def _compact(text: str, field: str) -> str:
    """Folded, without spaces and dashes, upper case."""
    return _SEPARATORS.sub("", _folded(text, field)).upper()


def id_number(text: str, today: date | None = None) -> str:
    """An 18-digit resident identity number (A4.d); with ``today``, the birth date may not lie after it.

    Raises:
        Refusal: field ``id_number``.
    """
    number = _compact(text, "id_number")
    if not number:
        raise Refusal("id-empty", N_("请填写身份证号。"), field="id_number")
    if not _ID.fullmatch(number):
        raise Refusal(
            "id-format", N_("身份证号应为 18 位：前 17 位是数字，末位是数字或 X。"), field="id_number"
        )
    if ric.calc_check_digit(number) != number[-1]:
        raise Refusal("id-check", N_("身份证号校验位不符，请对照证件核对。"), field="id_number")
    if not _is_division(number[:6]) or not _is_birth_date(number, today):
        raise Refusal(
            "id-content", N_("身份证号中的地区或出生日期不存在，请对照证件核对。"), field="id_number"
        )
    return number


def _is_division(code: str) -> bool:
    # Not ric.get_birth_place: it asks that the county existed in the year of birth, but a number carries
    # the county of the day it was given, so it refuses everyone older than their county.
    found = numdb.get("cn/loc").info(code)
    return any("county" in properties for _, properties in found)


def _is_birth_date(number: str, today: date | None) -> bool:
    try:
        born = ric.get_birth_date(number)
    except ValidationError:
        return False
    return born.year >= 1900 and (today is None or born <= today)


def _parse_phone(digits: str) -> PhoneNumber | None:
    """A mainland number, or None for what phonenumbers cannot read as one."""
    if not _PHONE.fullmatch(digits):
        return None
    if digits.startswith("0086"):
        digits = "+" + digits[2:]
    try:
        number = phonenumbers.parse(digits, "CN")
    except NumberParseException:
        return None
    return number if number.country_code == 86 and phonenumbers.is_valid_number(number) else None


def _plain_phone(text: str, field: str) -> str:
    """Without spaces, dashes and brackets."""
    return re.sub(r"[()]", "", _compact(text, field))


def _is_mobile(number: PhoneNumber | None) -> bool:
    return number is not None and phonenumbers.number_type(number) == PhoneNumberType.MOBILE


def mobile(text: str) -> str:
    """An 11-digit mainland mobile number; +86 and separators are dropped (A4.d).

    Raises:
        Refusal: field ``mobile``.
    """
    plain = _plain_phone(text, "mobile")
    if not plain:
        raise Refusal("mobile-empty", N_("请填写手机号码。"), field="mobile")
    number = _parse_phone(plain)
    if number is None or not _is_mobile(number):
        raise Refusal("mobile-format", N_("手机号码应为 11 位，请核对。"), field="mobile")
    return str(number.national_number)


def _split_extension(text: str, field: str) -> tuple[str, str]:
    """The number and its extension: 转8012, 分机8012, ext. 8012, or a last -8012 after a whole number."""
    folded = re.sub(r"\s+", "", _folded(text, field))
    spoken = _EXTENSION.search(folded)
    if spoken:
        return folded[: spoken.start()].rstrip("-,，"), spoken[1]
    dashed = _DASHED_EXTENSION.search(folded)
    if dashed:
        return folded[: dashed.start()], dashed[1]
    return folded, ""


def _area_digits(area_code: str) -> str:
    """The office's area code without its leading 0, or nothing when it has none."""
    folded = _compact(area_code, "area_code")
    if not folded:
        return ""
    if not _AREA.fullmatch(folded):
        raise Refusal("area-code", N_("区号“%(area)s”不正确。"), field="area_code", area=area_code)
    return folded.removeprefix("0")


def landline(text: str, area_code: str = "") -> str:
    """A fixed-line number as 0736-7786510 or 0736-7786510转8012; a bare local number gets ``area_code``.

    Raises:
        Refusal: field ``landline`` (``area_code`` when that argument itself is wrong).
    """
    field = "landline"
    written, extension = _split_extension(text, field)
    plain = _plain_phone(written, field)
    if not plain:
        raise Refusal("landline-empty", N_("请填写固定电话。"), field=field)
    number = _parse_phone(plain)
    if _is_mobile(number):
        raise Refusal("landline-mobile", N_("这是手机号码，此处请填写固定电话。"), field=field)
    if re.fullmatch(r"[2-9][0-9]{6,7}", plain, re.ASCII):
        area = _area_digits(area_code)
        if not area:
            raise Refusal("landline-area", N_("请在固定电话前加上区号。"), field=field)
        number = _parse_phone(f"0{area}{plain}")
    if number is None or phonenumbers.number_type(number) != PhoneNumberType.FIXED_LINE:
        raise Refusal(
            "landline-format", N_("固定电话不正确，请按“区号-号码”填写，分机写作“转8012”。"), field=field
        )
    shown = _with_area(number)
    return f"{shown}转{extension}" if extension else shown


def _with_area(number: PhoneNumber) -> str:
    significant = phonenumbers.national_significant_number(number)
    length = phonenumbers.length_of_geographical_area_code(number)
    return f"0{significant[:length]}-{significant[length:]}"


def email(text: str) -> str:
    """An e-mail address, its domain in lower case and as the network carries it.

    Raises:
        Refusal: field ``email``.
    """
    folded = _folded(text, "email")
    if not folded:
        raise Refusal("email-empty", N_("请填写电子邮箱。"), field="email")
    local, _, domain = folded.rpartition("@")
    try:
        host = domains.host(domain, field="email").ascii
    except Refusal:
        host = ""
    address = f"{local}@{host}"
    if not host or not _LOCAL_PART.fullmatch(local) or len(local) > 64 or len(address) > 254:
        raise Refusal("email-format", N_("电子邮箱不正确，应形如 name@example.cn。"), field="email")
    return address


def postcode(text: str) -> str:
    """A six-digit postcode (A4.c).

    Raises:
        Refusal: field ``postcode``.
    """
    code = _compact(text, "postcode")
    if not code:
        raise Refusal("postcode-empty", N_("请填写邮政编码。"), field="postcode")
    if not _POSTCODE.fullmatch(code) or code.startswith("00"):
        raise Refusal("postcode-format", N_("邮政编码应为 6 位数字，请核对。"), field="postcode")
    return code


def ip_address(text: str) -> str:
    """The public IPv4 or IPv6 address of a website, in its shortest form (A4.d, C-art.2).

    Raises:
        Refusal: field ``ip``; not one address, or one that the internet cannot reach.
    """
    folded = re.sub(r"[。｡]", ".", _folded(text, "ip"))
    if not folded:
        raise Refusal("ip-empty", N_("请填写网站 IP 地址。"), field="ip")
    try:
        address = ipaddress.ip_address("" if "%" in folded else folded)
    except ValueError:
        raise Refusal(
            "ip-format", N_("请填写一个完整的 IP 地址，不要带端口、网址或多个地址。"), field="ip"
        ) from None
    if not _is_public(address):
        raise Refusal(
            "ip-private", N_("请填写网站对外服务的公网 IP 地址，不要填写内网或本机地址。"), field="ip"
        )
    return str(address)


@cache
def _networks(written: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in written)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    def within(networks: tuple[str, ...]) -> bool:
        return any(address in network for network in _networks(networks))

    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return False
    return within(_EXAMPLES) or (address.is_global and not address.is_multicast and not within(_NO_WEBSITE))


def credit_code(text: str) -> str:
    """The unified social credit code of an organ (11), institution (12) or people's organisation (13).

    Raises:
        Refusal: field ``credit_code``.
    """
    code = _compact(text, "credit_code")
    if not code:
        raise Refusal("credit-empty", N_("请填写统一社会信用代码。"), field="credit_code")
    if not _CREDIT.fullmatch(code):
        raise Refusal(
            "credit-format",
            N_("机关、事业单位和群众团体的统一社会信用代码应为 18 位，以 11、12 或 13 开头。"),
            field="credit_code",
        )
    if not uscc.is_valid(code) or _organisation_check(code[8:16]) != code[16]:
        raise Refusal("credit-check", N_("统一社会信用代码校验位不符，请对照证书核对。"), field="credit_code")
    return code


def _organisation_check(body: str) -> str:
    """GB 11714 check character of the eight-character organisation code inside a credit code."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    return "0123456789X0"[11 - total % 11]


def mask_mobile(text: str) -> str:
    """138****5678; what is shorter than a number is hidden whole (A4.注3)."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 11 else "*" * len(text)


def mask_id(text: str) -> str:
    """First three and last two of an identity number; what is shorter is hidden whole (A4.注3)."""
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}" if len(text) >= 15 else "*" * len(text)


def mask_name(text: str) -> str:
    """李*; 欧阳**: the family name of one character, the rest hidden (A4.注3)."""
    return f"{text[:1]}{'*' * (len(text) - 1)}" if len(text) > 1 else "*" * len(text)
