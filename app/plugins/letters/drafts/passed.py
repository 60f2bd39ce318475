"""审核通过网站名单（公布） (C-art.12): an office's own, from what was frozen when it was approved."""

from __future__ import annotations

from sqlalchemy import func, select

from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, WrongState
from app.plugins.letters.drafts.common import Draft, said, signed
from app.plugins.registry.models import ApprovedFacts

MOST = 2000


def published(office: Office) -> Draft:
    """Every approval of the office that stands, by day.

    Raises:
        WrongState: there is none, or there are more than one file may have.
    """
    standing = (ApprovedFacts.review_path == office.path, ApprovedFacts.ended_at.is_(None))
    count = db.session.scalar(select(func.count(ApprovedFacts.id)).where(*standing)) or 0
    if not count:
        raise WrongState("nobody-passed", N_("本机构还没有审核通过的网站，没有可以公布的名单。"))
    if count > MOST:
        raise WrongState(
            "list-long",
            N_("审核通过的网站超过 %(most)s 个，请从公布页面下载表格。"),
            most=MOST,
        )
    rows = db.session.scalars(
        select(ApprovedFacts).where(*standing).order_by(ApprovedFacts.approved_at, ApprovedFacts.id)
    )
    return {
        "kind": "passed",
        "title": "审核通过网站名单",
        "opening": (
            f"按照《党政机关网站开办审核、资格复核和网站标识管理办法》第十二条的规定，现公布{office.name}"
            f"审核通过的党政机关、事业单位网站 {count} 个，名单如下。"
        ),
        "rows": [_row(one) for one in rows],
        **signed(office, None),
    }


def _row(one: ApprovedFacts) -> Draft:
    return {
        "organ": one.organ_name,
        "site": one.site_name,
        "chinese": one.snapshot["chinese_domain"],
        "english": one.snapshot["english_domain"],
        "day": said(one.approved_at),
    }
