"""May these sites be reported, and is what arrived still what was sent?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import N_, Finding, Invalid, Refusal, WrongState
from app.plugins.registry import snapshot

REASON_LONGEST = 1000
BATCH_LARGEST = 200
REPORT_SOURCE = "通知第四条"


@dataclass(frozen=True)
class Candidate:
    """What reporting needs to know of one application."""

    site_name: str
    state: str
    review_path: str


def ensure_reportable(office_path: str, candidates: Iterable[Candidate]) -> None:
    """A batch holds approved sites of one office, at least one (S25).

    Raises:
        Invalid: nothing was ticked, too many were, or a site is another office's.
        WrongState: a site is not, or no longer, approved and unreported.
    """
    listed = list(candidates)
    if not listed:
        raise _unticked(N_("请至少勾选一个审核通过的网站。"))
    if len(listed) > BATCH_LARGEST:
        raise _unticked(N_("一批最多报送 %(n)s 个网站，请分批报送。"), n=BATCH_LARGEST)
    for one in listed:
        if one.review_path != office_path:
            raise _unticked(N_("“%(site)s”不由本机构审核，不能由本机构报送。"), site=one.site_name)
        if one.state != "approved":
            raise WrongState(
                "not-approved",
                N_("“%(site)s”现在不是“审核通过、尚未报送”的状态，本批没有报送。请刷新页面后重新勾选。"),
                source=REPORT_SOURCE,
                site=one.site_name,
            )


def _unticked(message: str, **params: object) -> Invalid:
    return Invalid([Finding("applications", message, REPORT_SOURCE, "applications", params)])


def ensure_reason(reason: str, field: str = "reason") -> str:
    """A reason with something in it, trimmed.

    Raises:
        Invalid: empty or too long.
    """
    said = reason.strip()
    if not said:
        raise Invalid([Finding(field, N_("请写明理由，对方将看到这段文字。"), code="reason-empty")])
    if len(said) > REASON_LONGEST:
        params = {"n": REASON_LONGEST}
        raise Invalid([Finding(field, N_("理由不超过 %(n)s 个字。"), code="reason-long", params=params)])
    return said


def ensure_pending(state: str) -> None:
    """The item still waits at the registry.

    Raises:
        WrongState: somebody issued or returned it before.
    """
    if state != "pending":
        raise WrongState("item-decided", N_("该项已经核发或者退回，不能重复办理。请刷新页面查看。"))


def ensure_unaltered(site_name: str, frozen: Mapping[str, Any], sha256: str) -> None:
    """What was frozen at the approval is what is there.

    Raises:
        Refusal: it was altered since.
    """
    if not snapshot.intact(frozen, sha256):
        raise Refusal(
            "facts-altered",
            N_("“%(site)s”审核通过的信息与其校验值不一致，可能被改动，不得报送。请报告系统管理岗。"),
            source=REPORT_SOURCE,
            site=site_name,
        )


def is_intact(frozen: Mapping[str, Any], sha256: str, recorded: str | None) -> bool:
    """Whether a snapshot still has its hash, and that hash is the one the audit record holds since the sending."""
    return recorded == sha256 and snapshot.intact(frozen, sha256)


def ensure_intact(frozen: Mapping[str, Any], sha256: str, recorded: str | None) -> None:
    """What was sent is what is there.

    Raises:
        Refusal: the snapshot was altered after it was sent.
    """
    if not is_intact(frozen, sha256, recorded):
        raise Refusal(
            "snapshot-altered",
            N_(
                "该项报送内容的校验值与报送时不一致，内容可能被改动，不得核发。请退回报送机构并报告系统管理岗。"
            ),
            source="办法第四条",
        )
