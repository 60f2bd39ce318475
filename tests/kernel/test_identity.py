"""Identity numbers, phones, addresses and codes: one canonical form, or a refusal that says what to do."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from app.kernel import identity
from app.kernel.errors import Refusal


def refused(call, *args):
    with pytest.raises(Refusal) as caught:
        call(*args)
    assert str(caught.value)
    return caught.value


def made_up_id(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


# identity numbers -------------------------------------------------------------------------------------------


def test_an_identity_number_is_folded():
    number = made_up_id("43240119500101001")
    assert number.endswith("X")
    for typed in (number.lower(), wide(number), f" {number[:6]} {number[6:14]}-{number[14:]}\n"):
        assert identity.id_number(typed) == number


def test_people_older_than_their_county_are_not_refused():
    number = made_up_id("43070219600101001")  # the district dates from 1988
    with pytest.raises(ValidationError):
        ric.validate(number)
    assert identity.id_number(number) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id-empty"),
        ("430702600101001", "id-format"),
        (made_up_id("43070219600101001") + "0", "id-format"),
        ("43070219600101001", "id-format"),
        ("430702196001010010", "id-check"),
        (made_up_id("43070219601301001"), "id-content"),
        (made_up_id("43070219610229001"), "id-content"),
        (made_up_id("43070218600101001"), "id-content"),
        (made_up_id("99999919600101001"), "id-content"),
    ],
)
def test_what_is_no_identity_number(typed, code):
    refusal = refused(identity.id_number, typed)
    assert (refusal.code, refusal.field) == (code, "id_number")


def test_nobody_is_born_after_today():
    number = made_up_id("43070220141118001")
    assert identity.id_number(number, date(2014, 11, 18)) == number
    assert refused(identity.id_number, number, date(2014, 11, 17)).code == "id-content"


@given(
    st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.integers(0, 999), st.integers(0, 17), st.integers(1, 9)
)
def test_one_wrong_digit_is_always_noticed(born, serial, place, shift):
    number = made_up_id(f"430702{born:%Y%m%d}{serial:03}")
    assert identity.id_number(number) == number
    digit = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((digit + shift) % 10) + number[place + 1 :]
    if wrong != number:
        refused(identity.id_number, wrong)


# phones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "008613800138000",
        "86 13800138000",
        wide("13800138000"),
    ],
)
def test_a_mobile_number_in_many_writings(typed):
    assert identity.mobile(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed",
    [
        "1380013800",
        "138001380000",
        "12800138000",
        "0736-7786510",
        "7786510",
        "1380013800O",
        "+1 202 555 0123",
    ],
)
def test_what_is_no_mobile_number(typed):
    refusal = refused(identity.mobile, typed)
    assert (refusal.code, refusal.field) == ("mobile-format", "mobile")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7786510", "0736-7786510"),
        ("778 6510", "0736-7786510"),
        ("0736-7786510", "0736-7786510"),
        ("07367786510", "0736-7786510"),
        ("（0736）7786510", "0736-7786510"),
        ("0736—7786510", "0736-7786510"),
        ("+86 736 7786510", "0736-7786510"),
        (wide("0736-7786510"), "0736-7786510"),
        ("7786510转8012", "0736-7786510转8012"),
        ("7786510 转 8012", "0736-7786510转8012"),
        ("0736-7786510-8012", "0736-7786510转8012"),
        ("7786510分机8012", "0736-7786510转8012"),
        ("0736-7786510 ext. 8012", "0736-7786510转8012"),
        ("010-52810422", "010-52810422"),
        ("0731 8221 2345", "0731-82212345"),
    ],
)
def test_a_landline_in_many_writings(typed, kept):
    assert identity.landline(typed, "0736") == kept
    assert identity.landline(kept, "0736") == kept


@pytest.mark.parametrize("area", ["0736", "736", " ０７３６ "])
def test_a_bare_number_gets_the_office_s_area_code(area):
    assert identity.landline("7786510", area) == "0736-7786510"


@pytest.mark.parametrize(
    ("typed", "area", "code"),
    [
        ("", "0736", "landline-empty"),
        ("转8012", "0736", "landline-empty"),
        ("7786510", "", "landline-area"),
        ("13800138000", "0736", "landline-mobile"),
        ("12345", "0736", "landline-format"),
        ("778651", "0736", "landline-format"),
        ("77865100", "0736", "landline-format"),
        ("0736-77865100", "0736", "landline-format"),
        ("0736-7786510/7786511", "0736", "landline-format"),
        ("无", "0736", "landline-format"),
        ("7786510", "36x", "area-code"),
    ],
)
def test_what_is_no_landline(typed, area, code):
    assert refused(identity.landline, typed, area).code == code


@given(st.integers(2000000, 8999999), st.integers(1, 999999))
def test_an_extension_survives(local, extension):
    try:
        plain = identity.landline(str(local), "0736")
    except Refusal:
        return
    assert plain == f"0736-{local}"
    assert identity.landline(f"{local}-{extension}", "0736") == f"{plain}转{extension}"


# addresses and codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("wljy@Example.GOV.cn", "wljy@example.gov.cn"),
        (" wl.jy+a@example.cn ", "wl.jy+a@example.cn"),
        (wide("wljy@example.cn"), "wljy@example.cn"),
        ("wljy@常德.政务", "wljy@xn--rut46a.xn--zfr164b"),
    ],
)
def test_email_addresses(typed, kept):
    assert identity.email(typed) == kept
    assert identity.email(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "wljy",
        "wljy@",
        "@example.cn",
        "wljy@example",
        "wl jy@example.cn",
        "a..b@example.cn",
        ".a@example.cn",
        "a@example.cn,b@example.cn",
        "a@b@example.cn",
        "a" * 65 + "@example.cn",
        "教育@example.cn",
        "a\r\nBcc: x@example.cn",
    ],
)
def test_what_is_no_email_address(typed):
    refusal = refused(identity.email, typed)
    assert (refusal.code, refusal.field) == ("email-format", "email")


def test_postcodes():
    assert identity.postcode(" ４１５０００ ") == "415000"
    assert identity.postcode("010000") == "010000"
    for typed in ("41500", "4150000", "000000", "999999", "41500O", "四一五"):
        assert refused(identity.postcode, typed).code == "postcode-format"
    assert refused(identity.postcode, " ").code == "postcode-empty"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("１.2.3.4", "1.2.3.4"),
        ("1。2。3。4", "1.2.3.4"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("240e::1", "240e::1"),
    ],
)
def test_public_addresses(typed, kept):
    assert identity.ip_address(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "ip-empty"),
        ("1.2.3", "ip-format"),
        ("1.2.3.256", "ip-format"),
        ("01.2.3.4", "ip-format"),
        ("1.2.3.4:80", "ip-format"),
        ("1.2.3.4、1.2.3.5", "ip-format"),
        ("1.2.3.0/24", "ip-format"),
        ("240e::1%eth0", "ip-format"),
        ("changde.gov.cn", "ip-format"),
        ("10.0.0.1", "ip-private"),
        ("172.16.0.1", "ip-private"),
        ("192.168.1.1", "ip-private"),
        ("127.0.0.1", "ip-private"),
        ("0.0.0.0", "ip-private"),  # noqa: S104
        ("169.254.1.1", "ip-private"),
        ("224.0.0.1", "ip-private"),
        ("192.0.0.8", "ip-private"),
        ("::1", "ip-private"),
        ("fd00::1", "ip-private"),
        ("fec0::1", "ip-private"),
        ("::ffff:10.0.0.1", "ip-private"),
        ("64:ff9b::7f00:1", "ip-private"),
        ("2002:7f00:1::", "ip-private"),
    ],
)
def test_what_is_no_website_s_address(typed, code):
    refusal = refused(identity.ip_address, typed)
    assert (refusal.code, refusal.field) == (code, "ip")


def made_up_credit_code(front: str, organisation: str) -> str:
    body = front + organisation + organisation_check(organisation)
    return body + uscc.calc_check_digit(body)


def organisation_check(body: str) -> str:
    """GB 11714, written out a second way."""
    values = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(char) for char in body]
    rest = 11 - sum(map(int.__mul__, values, [3, 7, 9, 10, 5, 8, 4, 2])) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def test_credit_codes_of_organs_institutions_and_people_s_organisations():
    assert identity.credit_code("12100000400010275N") == "12100000400010275N"
    for prefix in ("11", "12", "13"):
        code = made_up_credit_code(prefix + "430702", "00638001")
        assert identity.credit_code(wide(code.lower())) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "credit-empty"),
        ("91110000600037341L", "credit-format"),
        ("12100000400010275", "credit-format"),
        ("12100000400010275M", "credit-check"),
    ],
)
def test_what_is_no_credit_code(typed, code):
    refusal = refused(identity.credit_code, typed)
    assert (refusal.code, refusal.field) == (code, "credit_code")


def test_the_organisation_code_inside_is_checked_too():
    front = "11430702" + "00638001"
    right = organisation_check("00638001")
    wrong = "1" if right != "1" else "2"
    body = front + wrong
    forged = body + uscc.calc_check_digit(body)
    assert uscc.is_valid(forged)
    assert refused(identity.credit_code, forged).code == "credit-check"


# masks ------------------------------------------------------------------------------------------------------


def test_masks_keep_enough_to_recognise():
    assert identity.mask_mobile("13800138000") == "138****8000"
    assert identity.mask_id("430702196001010015") == "430*************15"
    assert [identity.mask_name(name) for name in ("", "李", "李某", "欧阳某某")] == ["", "*", "李*", "欧***"]


@given(st.text(max_size=30))
def test_a_mask_never_shows_most_of_anything(text):
    for mask, shown in ((identity.mask_mobile, 7), (identity.mask_id, 5), (identity.mask_name, 1)):
        assert len(mask(text).replace("*", "")) <= shown
    assert len(text) >= 11 or set(identity.mask_mobile(text)) <= {"*"}
    assert len(text) >= 15 or set(identity.mask_id(text)) <= {"*"}


# anything at all --------------------------------------------------------------------------------------------

READERS = (
    identity.id_number,
    identity.mobile,
    identity.landline,
    identity.email,
    identity.postcode,
    identity.ip_address,
    identity.credit_code,
)
NEARLY = st.text(st.sampled_from("0123456789０９-+() 转xX#.:@／%an一\ud800\u00b2\u0660"), max_size=24)


@given(st.one_of(NEARLY, st.text(max_size=400)))
def test_any_text_gives_a_lasting_value_or_a_refusal(text):
    for read in READERS:
        try:
            value = read(text)
        except Refusal as refusal:
            assert str(refusal) and refusal.field
            continue
        assert read(value) == value


@given(NEARLY, NEARLY)
def test_any_area_code_is_used_or_refused(text, area):
    try:
        assert identity.landline(text, area).startswith("0")
    except Refusal as refusal:
        assert refusal.field in ("landline", "area_code")


@pytest.mark.parametrize("read", READERS)
def test_what_is_far_too_long_is_refused_not_cut(read):
    assert refused(read, "12100000400010275N" + " " * 400 + "1").code == "too-long"
