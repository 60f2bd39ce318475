"""停止解析函, one to each registry (C-art.11, P-3.4, S26)."""

from __future__ import annotations

from app.kernel.errors import N_, WrongState
from app.plugins.letters.catalogue import catalogue
from app.plugins.letters.drafts.common import Draft, lines, office_at, signed
from app.plugins.results.models import StopOrder

STANDING = frozenset({"confirmed", "sent", "done"})


def conac(order: StopOrder) -> Draft:
    """To the registration centre. Raises as ``_letter``."""
    return _letter(order, "conac")


def cnnic(order: StopOrder) -> Draft:
    """To CNNIC. Raises as ``_letter``."""
    return _letter(order, "cnnic")


def _letter(order: StopOrder, recipient: str) -> Draft:
    """Raises:
    WrongState: the head has not confirmed the order, or dismissed it.
    """
    if order.state not in STANDING:
        raise WrongState(
            "order-unconfirmed",
            N_("停止解析须经本机构负责人确认，现在没有可以发出的停止解析函。"),
            source="办法第十一条",
        )
    domains = [one for one in (order.chinese_domain, order.english_domain) if one]
    return {
        "kind": "stop",
        "to": catalogue().recipients[recipient].words,
        "ground": catalogue().grounds[order.cause].words,
        "rows": [{"organ": order.organ_name, "site": order.site_name, "domains": domains}],
        "words": lines(order.reason),
        **signed(office_at(order.review_path), order.judged_at),
    }
