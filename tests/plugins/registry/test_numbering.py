"""Digits of offices: every kind of place, and the tenants' own data for the zones."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from app.kernel.errors import Refusal
from app.plugins.registry.numbering import batch_number, office_digits

TENANTS = Path(__file__).resolve().parents[3] / "tenants"


@pytest.mark.parametrize(
    ("path", "own", "digits"),
    [
        ("0.", None, "000000000"),
        ("0.43.", None, "430000000"),
        ("0.66.", None, "660000000"),
        ("0.43.07.", None, "430070000"),
        ("0.43.07.02.", None, "430070002"),
        ("0.43.07.81.", None, "430070081"),
        ("0.42.05.", None, "420050000"),
        ("0.42.9005.", None, "420009005"),
        ("0.11.0101.", None, "110000101"),
        ("0.43.07.z1.", "9101", "430079101"),
        ("0.43.07.z4.", "9104", "430079104"),
    ],
)
def test_digits(path: str, own: str | None, digits: str) -> None:
    assert office_digits(path, own) == digits


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("0.43.07.z2.", None),  # a zone without a setting
        ("0.43.07.z2.", "91"),
        ("0.43.07.z2.", "９１０２"),
        ("0.43.07.02.", "x002"),
        ("0.conac.", None),
        ("0.43.07.egov.", None),
        ("0.43.07.02.egov.", None),
        ("0.43.07.02.01.", None),
        ("0.43.007.02.", None),
        ("43.07.", None),
        ("", None),
        ("0.4３.", None),
    ],
)
def test_what_has_no_digits_is_refused(path: str, own: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        office_digits(path, own)
    assert refused.value.code == "office-without-digits"


def test_yichang_and_qianjiang_do_not_collide() -> None:
    """With two digits everywhere the direct county 429005 would fall on 420500."""
    assert office_digits("0.42.05.") != office_digits("0.42.9005.")


def test_the_four_zones_have_9101_to_9104_in_the_tenants_own_data() -> None:
    settings = yaml.safe_load((TENANTS / "430700" / "settings.yaml").read_text("utf-8"))
    segments = {code: settings[code]["badge_segment"] for code in ("4307Z1", "4307Z2", "4307Z3", "4307Z4")}
    assert [office_digits(f"0.43.07.z{n}.", segments[f"4307Z{n}"]) for n in range(1, 5)] == [
        "430079101", "430079102", "430079103", "430079104",
    ]  # fmt: skip


def test_a_batch_number_carries_office_year_and_running_number() -> None:
    assert batch_number("430070002", 2014, 7) == "BS430070002-2014-007"
