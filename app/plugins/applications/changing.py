"""What reads otherwise than before: since the last return, and for a change against what stands (C-art.17, S32)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.foundation.access import Actor
from app.kernel.errors import N_, Finding
from app.plugins.applications import dossier, evidence
from app.plugins.applications.evidence import Change
from app.plugins.applications.fields import HANDLER, LEADER, of
from app.plugins.applications.models import Application, ReviewDecision

PEOPLE_SAID = {
    LEADER: N_("网站主要负责人信息有修改"),
    HANDLER: N_("网站申请经办人信息有修改"),
}


@dataclass(frozen=True)
class MaterialChange:
    """Files of one kind that were added and taken back."""

    kind: str
    added: int
    removed: int


@dataclass(frozen=True)
class Changes:
    """Public fields with both texts; of the two people only that something differs (A4.注3)."""

    fields: Sequence[Change] = ()
    materials: Sequence[MaterialChange] = ()
    people: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.materials or self.people)


@dataclass(frozen=True)
class Panel:
    """``returned`` is None where nothing was returned before this round, ``former`` where it is no change.

    ``handler`` says that another handler took over after this round was submitted.
    """

    returned: Changes | None
    former: Changes | None
    handler: bool


def material_changes(before: str, now: Iterable[str]) -> Iterator[MaterialChange]:
    """Both as ``kind:digest``; the same file taken back and added again is no change."""
    then, here = Counter(before.split()), Counter(now)
    added, removed = Counter[str](), Counter[str]()
    for found, rest in ((added, here - then), (removed, then - here)):
        for one in rest.elements():
            found[one.partition(":")[0]] += 1
    for kind in sorted(added.keys() | removed.keys()):
        yield MaterialChange(kind, added[kind], removed[kind])


def last_return(application: Application) -> ReviewDecision | None:
    """The return that this round answers; None when it has not been submitted again since, or never was returned."""
    returned = [one for one in application.decisions if one.outcome == "returned"]
    return returned[-1] if returned and returned[-1].round < application.round else None


def noted_materials(application: Application) -> dict[str, list[int]]:
    """Kind → files added and taken back since the last return: what a round that is just submitted keeps of it."""
    letter = last_return(application)
    there = letter.filed.get(dossier.FILED_MATERIALS) if letter is not None else None
    if there is None:
        return {}
    now = dossier.filed(application)[dossier.FILED_MATERIALS].split()
    return {one.kind: [one.added, one.removed] for one in material_changes(there, now)}


def since_return(application: Application) -> Changes | None:
    """What the applicant changed between the last return and this round."""
    letter = last_return(application)
    if letter is None:
        return None
    people = [
        section for section, after in application.people_changed.items() if after == application.round - 1
    ]
    return Changes(
        evidence.changes(letter.filed, dossier.public_values(application)),
        tuple(MaterialChange(kind, *counts) for kind, counts in application.materials_changed.items()),
        tuple(sorted(people)),
    )


def against_former(application: Application) -> Changes | None:
    """What a change asks to have otherwise than it stands."""
    former = application.former if application.kind == "change" else None
    if former is None:
        return None
    people = [
        section
        for section in (LEADER, HANDLER)
        if any(
            (getattr(former, field.name) or "") != (getattr(application, field.name) or "")
            for field in of(section)
        )
    ]
    fields = evidence.changes(dossier.public_values(former), dossier.public_values(application))
    return Changes(fields, (), tuple(people))


def panel(application: Application, _actor: Actor) -> Panel | None:
    """For everybody who sees the application; None where nothing is to be compared."""
    handler = bool(
        application.handler_changed_at and application.people_changed.get(HANDLER) == application.round
    )
    found = Panel(since_return(application), against_former(application), handler)
    return found if found.returned is not None or found.former is not None or handler else None


def ahead(application: Application) -> list[Finding]:
    """What a change means for the badge that hangs, as long as it is not decided (S32, C-art.19(2))."""
    former = application.former if application.kind == "change" else None
    if former is None or application.state in {"badged", "refused", "ineligible", "withdrawn"}:
        return []
    if former.site_name != application.site_name:
        said = N_(
            "变更审核期间，原网站标识和登记信息继续有效。网站名称有变更的，核发新标识时撤销原标识，须改挂新标识代码。"
        )
        return [Finding("", said, "办法第十九条第二项", "swap")]
    said = N_(
        "变更审核期间，原网站标识和登记信息继续有效。网站名称不变的，标识编号不变，核准后更新公开信息。"
    )
    return [Finding("", said, "办法第十七条", "amend")]
