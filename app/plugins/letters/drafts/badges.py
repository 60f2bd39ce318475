"""网站标识发放通知 (C-art.13, 14; S27)."""

from __future__ import annotations

from app.kernel.errors import N_, WrongState
from app.plugins.badges.models import Badge
from app.plugins.letters.catalogue import catalogue
from app.plugins.letters.drafts.applications import REVIEWS
from app.plugins.letters.drafts.common import Draft, office_at, said, signed


def notice(badge: Badge) -> Draft:
    """The badge a unit was given, what it stands for, by when it hangs, and what goes with it.

    Raises:
        WrongState: the badge was revoked.
    """
    if badge.state == "revoked":
        raise WrongState("badge-gone", N_("该网站标识已经撤销，发放通知不再有效。"), source="办法第十九条")
    kind = badge.item.facts.kind
    hosts = "、".join(host["unicode"] for host in badge.hosts)
    hang = f"请在{said(badge.hang_by)}前（收到网站标识代码后{badge.hang_days}个工作日内）将网站标识加挂在网站所有页面底部中间的显著位置（{badge.hang_source}）。"
    return {
        "kind": "badge",
        "organ": badge.organ_name,
        "site": badge.name,
        "review": REVIEWS[kind],
        "issuer": badge.issuer,
        "facts": [
            {"label": label, "value": value}
            for label, value in (
                ("网站标识编号", badge.number),
                ("网站名称", badge.name),
                ("域名", hosts),
                ("标识发放时间", said(badge.issued_at)),
            )
        ],
        "hang": hang,
        "duties": [f"{one.words.rstrip('。')}（{one.source}）。" for one in catalogue().duties],
        **signed(office_at(badge.review_path), badge.amended_at or badge.issued_at),
    }
