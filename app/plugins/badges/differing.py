"""What a change changes of what a badge shows, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.plugins.badges import making, rules
from app.plugins.badges.models import Badge

LABELS = {
    "organ_name": _l("机构名称"),
    "organ_type": _l("机构类型"),
    "organ_address": _l("机构地址"),
    "organ_functions": _l("机构职能"),
    "name": _l("网站名称"),
    "chinese_domain": _l("中文域名"),
    "english_domain": _l("英文域名"),
    "office_name": _l("审核机关"),
}


@dataclass(frozen=True)
class Differing:
    """One public fact, before and after."""

    label: Any
    before: str
    after: str


def between(badge: Badge, snapshot: Mapping[str, Any]) -> list[Differing]:
    """The public facts of a badge that a snapshot gives otherwise, in the order they are shown."""
    after = making.copied(snapshot)
    return [
        Differing(LABELS[name], getattr(badge, name), after[name])
        for name in rules.PUBLIC
        if after[name] != getattr(badge, name)
    ]
