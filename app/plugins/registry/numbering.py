"""Where an office stands, as the digits that open its batch and badge numbers."""

from __future__ import annotations

import re

from app.kernel import paths
from app.kernel.errors import N_, Refusal

_PROVINCE = re.compile(r"[0-9]{2}", re.ASCII)
_CITY = re.compile(r"[0-9]{2}", re.ASCII)
_COUNTY = re.compile(r"(?:[0-9]{2}){1,2}", re.ASCII)
_OWN = re.compile(r"[0-9]{4}", re.ASCII)


def office_digits(path: str, own_segment: str | None = None) -> str:
    """Province (2), city (3) and county (4) of a reviewing office; zeros for a level it does not have.

    ``0.43.07.02.`` is 43 007 0002 and ``0.42.9005.``, which hangs directly on its province, 42 000 9005.
    ``own_segment`` is the four digits an office has by its own settings instead of a division code (the zones).

    Raises:
        Refusal: a desk, or an office without a division code that has no four digits of its own.
    """
    province, city, county = _levels(path, own_segment)
    return f"{province:0>2}{city:0>3}{county:0>4}"


def _levels(path: str, own_segment: str | None) -> tuple[str, str, str]:
    if not paths.valid(path):
        raise _no_digits(path)
    province, *rest = path.split(".")[1:-1] or ["00"]
    if not _PROVINCE.fullmatch(province) or len(rest) > 2:
        raise _no_digits(path)
    if not rest:
        return province, "", ""
    if len(rest) == 1 and _CITY.fullmatch(rest[0]):
        return province, rest[0], ""
    if len(rest) == 1:
        return province, "", _county(path, rest[0], own_segment)
    if not _CITY.fullmatch(rest[0]):
        raise _no_digits(path)
    return province, rest[0], _county(path, rest[1], own_segment)


def _county(path: str, segment: str, own_segment: str | None) -> str:
    if own_segment is not None and _OWN.fullmatch(own_segment):
        return own_segment
    if own_segment is None and _COUNTY.fullmatch(segment):
        return segment
    raise _no_digits(path)


def _no_digits(path: str) -> Refusal:
    return Refusal(
        "office-without-digits",
        N_("机构（路径“%(path)s”）没有标识编号所需的地区编码，请联系注册管理中心核对机构设定。"),
        path=path,
    )


def batch_number(office_digits: str, year: int, sequence: int) -> str:
    """``BS`` + the office's digits + year + running number of that office in that year: ``BS430070002-2014-001``."""
    return f"BS{office_digits}-{year:04d}-{sequence:03d}"
