"""Which documents there are: what each is about, who makes it, how it is drafted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.kernel.errors import N_, NotSeen
from app.plugins.letters.drafts import applications, badges, orders, passed

Drafting = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of document.

    Attributes:
        subject: what it is about: ``application``, ``badge``, ``order`` or ``office``.
        act: ``print`` for what the applicant hands in, ``issue`` for what the office says.
        sheet: the template that draws it.
        personal: it holds the two people's kept data: taking it is a look that is recorded (A4.注3).
        dated: its day is the one on which it was made, and says nothing of whether it still holds.
    """

    key: str
    label: Any
    subject: str
    act: str
    draft: Drafting
    sheet: str
    personal: bool = False
    dated: bool = False


ALL = (
    Kind("request", _l("申请函"), "application", "print", applications.request, "request", dated=True),
    Kind("form", _l("申请表"), "application", "print", applications.form, "form", personal=True),
    Kind("correction", _l("补正通知"), "application", "issue", applications.correction, "correction"),
    Kind("refusal", _l("审核未通过告知函"), "application", "issue", applications.refusal, "refusal"),
    Kind("opinion", _l("机构编制部门意见栏（套印）"), "application", "issue", applications.opinion, "form"),
    Kind("badge", _l("网站标识发放通知"), "badge", "issue", badges.notice, "badge"),
    Kind("stop_conac", _l("停止解析函（注册管理中心）"), "order", "issue", orders.conac, "stop"),
    Kind("stop_cnnic", _l("停止解析函（CNNIC）"), "order", "issue", orders.cnnic, "stop"),
    Kind("passed", _l("审核通过网站名单"), "office", "issue", passed.published, "passed", dated=True),
)
BY_KEY = {kind.key: kind for kind in ALL}
LABELS = {kind.key: (kind.label, "g") for kind in ALL}


def of(subject: str) -> Iterator[Kind]:
    """The kinds about one sort of row."""
    return (kind for kind in ALL if kind.subject == subject)


def named(key: str, subject: str) -> Kind:
    """A kind by its key.

    Raises:
        NotSeen: no such document of such a row.
    """
    kind = BY_KEY.get(key)
    if kind is None or kind.subject != subject:
        raise NotSeen("letter-kind", N_("没有这一种文书。"))
    return kind
