"""Which materials one application needs, online and on paper: facts in, a list out (C-art.5, P-3.3, A4.注1). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.foundation.limits import Limits
from app.foundation.limits.materials import ALWAYS, CHANGED, NEVER, SUFFIX, Item, Materials
from app.kernel.errors import N_, Finding

LABELS = {
    "letter": N_("申请函"),
    "form": N_("申请表"),
    "identity": N_("身份证明材料"),
    "proof": N_("具有行政管理职能的证明材料"),
    "change_basis": N_("变更依据"),
    "other": N_("其他材料"),
}
HINTS = {
    "letter": N_("在线初审通过后由系统生成，打印盖章。"),
    "form": N_("在线初审通过后由系统生成，打印盖章。"),
    "identity": N_("法定代表人或者申请经办人的身份证明。"),
    "proof": N_("“三定”规定或者批准文件中载明行政管理职能的部分。"),
    "change_basis": N_("机构编制部门批准变更的文件等。"),
    "other": N_("需要说明的其他情况。"),
}
MISSING = {
    "identity": N_("请上传法定代表人或者申请经办人的身份证明材料。"),
    "proof": N_("事业单位使用“.政务”“.政务.cn”“.gov.cn”域名的，请上传具有行政管理职能的证明材料。"),
    "change_basis": N_("变更开办主体或者网站名称的，请上传变更依据，如机构编制部门的批准文件。"),
}
MISSING_ANY = N_("请上传“%(label)s”。")


@dataclass(frozen=True)
class MaterialSettings:
    """What binds one office: the materials it asks for, and the limits that say which suffixes need a proof."""

    materials: Materials
    limits: Limits


@dataclass(frozen=True)
class Needed:
    """One material; ``label`` is a msgid, or an office's own wording.

    ``paper_copies`` is how many sealed copies go to the office, 0 where it asks for no paper. ``online`` ones the
    applicant uploads; the others the platform makes.
    """

    key: str
    label: str
    required: bool
    source: str
    paper_copies: int
    online: bool = True
    hint: str = ""


def checklist(
    track: str,
    kind: str,
    names: Iterable[str],
    settings: MaterialSettings,
    changed: Iterable[str] | None = None,
) -> tuple[Needed, ...]:
    """The materials of one application in the order shown.

    ``names`` are the domains asked for, Chinese and English; ``changed`` the fields in which a change differs from
    what stands (None: not known yet, so nothing is required for it).
    """
    asked = tuple(names)
    paper = settings.materials.paper.get(track, True)
    return tuple(
        Needed(
            key=item.key,
            label=item.label or LABELS.get(item.key, item.key),
            required=_required(item, track, asked, settings, changed),
            source=item.source,
            paper_copies=item.copies if paper else 0,
            online=item.online,
            hint=HINTS.get(item.key, ""),
        )
        for item in settings.materials.items
        if _concerns(item, track, kind, asked, settings)
        if item.online or paper
    )


def _concerns(item: Item, track: str, kind: str, names: tuple[str, ...], settings: MaterialSettings) -> bool:
    if track not in item.tracks or kind not in item.kinds:
        return False
    return item.required != SUFFIX or settings.limits.needs_proof(track, *names)


def _required(
    item: Item,
    track: str,
    names: tuple[str, ...],
    settings: MaterialSettings,
    changed: Iterable[str] | None,
) -> bool:
    if item.required == CHANGED:
        return changed is not None and not set(item.fields).isdisjoint(changed)
    if item.required == SUFFIX:
        return settings.limits.needs_proof(track, *names)
    return {ALWAYS: True, NEVER: False}[item.required]


def uploads(needed: Iterable[Needed]) -> tuple[Needed, ...]:
    """What the applicant uploads."""
    return tuple(one for one in needed if one.online)


def on_paper(needed: Iterable[Needed]) -> tuple[Needed, ...]:
    """What goes to the office sealed, by exchange (C-art.8); nothing where it asks for no paper.

    Other materials go along when there are any: they are not counted on.
    """
    return tuple(one for one in needed if one.paper_copies and one.required)


def missing(needed: Iterable[Needed], present: Iterable[str]) -> Iterator[Finding]:
    """A finding for each required upload that is not there: field and code from its key, as in ``proof-missing``."""
    there = set(present)
    for one in needed:
        if one.online and one.required and one.key not in there:
            message = MISSING.get(one.key, MISSING_ANY)
            yield Finding(one.key, message, one.source, f"{one.key}-missing", {"label": one.label})
