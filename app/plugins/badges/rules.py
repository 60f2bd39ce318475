"""May this badge be issued, revoked, set aside; whose host is it; when must it hang?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.kernel.errors import N_, Finding, Invalid, Refusal, WrongState
from app.plugins.registry.snapshot import Host

REVOKE_SOURCE = "办法第十九条"
CHANGE_SOURCE = "办法第十七条"
HANG_SOURCE = "办法第十四条"
# What C-art.4 shows, under the badge's own names, in the order it is shown.
PUBLIC = (
    "organ_name", "organ_type", "organ_address", "organ_functions", "name", "chinese_domain", "english_domain",
    "office_name",
)  # fmt: skip


def ensure_same_unit(snapshot: Mapping[str, Any], account: str) -> None:
    """The snapshot speaks of the unit the item belongs to.

    Raises:
        Refusal: it speaks of another one.
    """
    if snapshot["unit_account"] != account:
        raise Refusal(
            "snapshot-other-unit",
            N_("该项报送内容中的单位账号与登记不一致，不得核发。请退回报送机构核对。"),
            source="办法第四条",
        )


def ensure_free(taken: Iterable[tuple[str, str, str]]) -> None:
    """None of the hosts stands on another badge in force; ``taken`` holds (host, badge number, organ).

    Raises:
        Refusal: the first host that is taken, with whose it is.
    """
    for host, number, organ in taken:
        raise Refusal(
            "host-taken",
            N_(
                "网址“%(host)s”已用于标识 %(number)s（%(organ)s），一个网址只能对应一个有效标识。请退回报送机构核对。"
            ),
            source="办法第十六条",
            host=host,
            number=number,
            organ=organ,
        )


def taken_among(hosts: Iterable[Host], found: Mapping[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Which hosts are taken, as people read them, with number and organ of the badge that has them."""
    return [(host.unicode, *found[host.ascii]) for host in hosts if host.ascii in found]


def renames(name: str, snapshot: Mapping[str, Any]) -> bool:
    """Whether a change gives the website another name: then the badge is replaced (C-art.19(2))."""
    return bool(snapshot["site_name"] != name)


def ensure_changeable(state: str, *, decided: bool) -> None:
    """A change is of a badge in force on which nothing else is decided.

    Raises:
        Refusal: it is suspended or revoked.
        WrongState: its revocation is decided.
    """
    if state == "suspended":
        raise Refusal(
            "change-suspended",
            N_("原标识现在是暂停状态，变更不能办结。请先恢复原标识，或者退回报送机构。"),
            source=CHANGE_SOURCE,
        )
    if state != "issued":
        raise Refusal(
            "change-revoked",
            N_("原标识已经撤销，变更不能办结。请退回报送机构，由开办单位重新申请开办审核。"),
            source=CHANGE_SOURCE,
        )
    if decided:
        raise WrongState(
            "change-decided",
            N_("撤销原标识的决定已经作出，变更不能办结。请先执行撤销决定，或者退回报送机构。"),
            source=REVOKE_SOURCE,
        )


def no_former() -> Refusal:
    """What a change says it is of is not there."""
    return Refusal(
        "change-without-badge",
        N_("没有找到该变更对应的原标识，不得核发。请退回报送机构核对。"),
        source=CHANGE_SOURCE,
    )


def ensure_ground(code: str, known: Iterable[str], field: str = "ground") -> str:
    """One of the coded grounds.

    Raises:
        Invalid: none was chosen, or an unknown one.
    """
    if code not in set(known):
        raise Invalid([Finding(field, N_("请选择一种情形。"), REVOKE_SOURCE, "ground")])
    return code


def ensure_undecided(state: str, decided: bool) -> None:
    """A badge in force on which nothing has been decided yet.

    Raises:
        WrongState: already revoked, or the decision stands and waits for the registrar.
    """
    if state == "revoked":
        raise WrongState("already-revoked", N_("该标识已经撤销。"), source=REVOKE_SOURCE)
    if decided:
        raise WrongState(
            "already-decided",
            N_("撤销该标识的决定已经作出，正在等待注册管理中心执行。"),
            source=REVOKE_SOURCE,
        )


def undecided() -> WrongState:
    """The registrar executes only what the reviewing office decided."""
    return WrongState(
        "not-decided",
        N_("审核机关尚未作出撤销决定。撤销由审核机关负责人决定，注册管理中心执行。"),
        source=REVOKE_SOURCE,
    )


def ensure_to_hang(state: str, hung: bool) -> None:
    """A badge in force, not reported hung before.

    Raises:
        WrongState: it is suspended or revoked, or already reported.
    """
    if state != "issued":
        raise WrongState("hang-not-issued", N_("标识现在不是有效状态，不能报告加挂。"), source=HANG_SOURCE)
    if hung:
        raise WrongState("already-hung", N_("该标识已经报告加挂，不需重复报告。"), source=HANG_SOURCE)
