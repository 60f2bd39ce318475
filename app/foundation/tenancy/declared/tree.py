"""From parents to paths: every office gets its place in the tree, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.foundation.tenancy.declared.naming import ROOT_CODE
from app.foundation.tenancy.declared.shapes import OfficePlan, chain, inside
from app.foundation.tenancy.declared.sources import Reader
from app.kernel import paths
from app.kernel.errors import N_, Refusal

UNDER = {
    "province": {"central"},
    "city": {"province"},
    "county": {"province", "city"},
    "zone": {"city"},
}
ANY_OFFICE = {"central", *UNDER}
MAX_PATH = 64


def resolve(reader: Reader, offices: Mapping[str, OfficePlan]) -> dict[str, OfficePlan]:
    """Offices with their paths, parents first; what hangs on a faulty parent is left out.

    An overlay adds offices only at and below its own division.
    """
    resolved: dict[str, OfficePlan] = {}
    taken: dict[str, OfficePlan] = {}
    for code, office in offices.items():
        way, circular = chain(code, offices)
        if circular:
            reader.refuse(office.place, N_("上级关系成环：%(chain)s。"), chain=" → ".join((*way, code)))
            continue
        for step in reversed(way):
            if step not in resolved:
                _place(reader, offices[step], resolved, taken)
    for office in resolved.values():
        if not inside(office.folder, office.code, resolved):
            reader.refuse(office.place, N_("%(code)s 不在本目录所辖范围内。"), code=office.code)
    return resolved


def _place(
    reader: Reader, office: OfficePlan, resolved: dict[str, OfficePlan], taken: dict[str, OfficePlan]
) -> None:
    if office.code == ROOT_CODE:
        path = paths.ROOT
    else:
        parent = resolved.get(office.parent)
        if parent is None:
            reader.refuse(office.place, N_("上级代码不存在或有误：%(parent)s。"), parent=office.parent or "—")
            return
        above = UNDER.get(office.level, ANY_OFFICE)
        if parent.kind != "office" or parent.level not in above:
            reader.refuse(
                office.place,
                N_("%(level)s 不能设在 %(parent)s 之下。"),
                level=office.level,
                parent=parent.name,
            )
            return
        try:
            path = paths.child(parent.path, office.segment or paths.segment_for(office.code, parent.level))
        except Refusal as refusal:
            reader.refuse(office.place, refusal.message, **refusal.params)
            return
    if path in taken:
        first = taken[path]
        reader.refuse(
            office.place,
            N_("路径 %(path)s 重复，已由 %(first)s 的 %(name)s 使用。"),
            path=path,
            first=first.place,
            name=first.name,
        )
        return
    if len(path) > MAX_PATH:
        reader.refuse(office.place, N_("路径过长：%(path)s。"), path=path)
        return
    resolved[office.code] = taken[path] = replace(office, path=path)
