"""Office paths: ``0.`` is the centre, every segment ends in a dot, a prefix covers what hangs below it.

The closing dot is what keeps ``0.1.`` from covering ``0.11.``; the alphabet keeps wildcards out of SQL.
"""

from __future__ import annotations

import re

from app.kernel.errors import N_, Refusal

ROOT = "0."

_PATH = re.compile(r"0\.(?:[0-9a-z]+\.)*", re.ASCII)
_SEGMENT = re.compile(r"[0-9a-z]+", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def valid(path: str) -> bool:
    """Whether this is a path at all."""
    return _PATH.fullmatch(path) is not None


def _checked(path: str) -> str:
    if not valid(path):
        raise Refusal(
            "path-malformed", N_("机构路径“%(path)s”不规范：各段由小写字母、数字组成并以点结尾。"), path=path
        )
    return path


def depth(path: str) -> int:
    """How many steps below the centre: ``0.`` is 0, ``0.43.07.`` is 2.

    Raises:
        Refusal: not a path.
    """
    return _checked(path).count(".") - 1


def parent(path: str) -> str:
    """The path one step up.

    Raises:
        Refusal: not a path, or the centre itself, above which there is nothing.
    """
    if _checked(path) == ROOT:
        raise Refusal("path-root", N_("中央一级没有上级机构路径。"))
    return path[: path.rindex(".", 0, -1) + 1]


def ancestors(path: str) -> tuple[str, ...]:
    """Every path strictly above, the centre first; empty for the centre.

    Raises:
        Refusal: not a path.
    """
    segments = _checked(path).split(".")[:-2]
    return tuple(".".join(segments[: count + 1]) + "." for count in range(len(segments)))


def covers(upper: str, lower: str) -> bool:
    """Whether ``lower`` is ``upper`` or hangs below it; what is no path neither covers nor is covered."""
    return lower.startswith(upper) and valid(upper) and valid(lower)


def below(upper: str, lower: str) -> bool:
    """Whether ``lower`` hangs strictly below ``upper``."""
    return upper != lower and covers(upper, lower)


def upper_bound(path: str) -> str:
    """The first string after the subtree: in byte order ``path <= x < upper_bound(path)`` is the subtree.

    Raises:
        Refusal: not a path.
    """
    return _checked(path)[:-1] + "/"


def child(path: str, segment: str) -> str:
    """The path of ``segment`` hung under ``path``.

    Raises:
        Refusal: either is malformed.
    """
    if not _SEGMENT.fullmatch(segment):
        raise Refusal(
            "segment-malformed", N_("机构路径段“%(segment)s”不规范：只用小写字母和数字。"), segment=segment
        )
    return f"{_checked(path)}{segment}."


def segment_for(division_code: str, parent_level: str) -> str:
    """The segment (without its dot) of a GB/T 2260 code under a parent of ``parent_level``.

    ``parent_level`` is central, province or city. A county that hangs directly on a province takes its last
    four digits: with two, 潜江 429005 would fall on 宜昌 420500.

    Raises:
        Refusal: the code is not six digits, or no division of this kind hangs on such a parent.
    """
    if not _CODE.fullmatch(division_code):
        raise Refusal(
            "division-code", N_("行政区划代码“%(division)s”应为 6 位数字。"), division=division_code
        )
    province, city, county = division_code[:2], division_code[2:4], division_code[4:]
    if parent_level == "central" and province != "00" and city == county == "00":
        return province
    if parent_level == "province" and city != "00":
        return city if county == "00" else city + county
    if parent_level == "city" and city != "00" and county != "00":
        return county
    raise Refusal(
        "division-level",
        N_("行政区划代码“%(division)s”不能直接列在“%(level)s”一级之下。"),
        division=division_code,
        level=parent_level,
    )
