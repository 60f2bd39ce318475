"""The verbs of a batch: upload, try, take in, withdraw; and what the two jobs write (A5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from app.foundation import access, adding, audit, clock, jobs
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid, Refusal, WrongState
from app.plugins.imports import containers, flow, plan, queries
from app.plugins.imports.limits import MEGABYTE, limits
from app.plugins.imports.models import READ, UPLOADED, ImportBatch, ImportFile, ImportLine
from app.plugins.imports.plan import Planned
from app.plugins.surveys import bulk

FIELD = containers.FIELD
TRY, TAKE_IN = KINDS = ("imports.read", "imports.apply")
NAME_LONGEST = 150
_LINE = (
    "tab", "row", "account", "unit_name", "sites", "act", "unsealed", "unit_id", "sheet_version", "findings",
)  # fmt: skip
MOVED_ON = N_("试读之后，该单位的摸底调查表已由他人填写或者修改，没有导入。请核对后重新上传。")


def upload(office: Office, files: Sequence[tuple[str, bytes]], *, hand_in: bool, actor: Actor) -> ImportBatch:
    """Take workbooks in, to be tried by a job.

    Raises:
        AccessDenied: not the actor's office.
        Invalid: field ``files``; there are none, too many, or some are no workbooks (``params`` name the file).
    """
    access.require(actor, "import", "run", office)
    linked = _checked(files)
    batch = ImportBatch(
        office_id=office.id,
        hand_in=hand_in,
        uploaded_by=actor.person_id,
        uploader=actor.name,
        uploaded_at=clock.now(),
        counts={},
    )
    flow.ImportFlow(batch)  # puts it into its initial state
    for number, ((name, data), foreign) in enumerate(zip(files, linked, strict=True), start=1):
        batch.files.append(
            ImportFile(
                office_id=office.id, number=number, name=_name(name), size=len(data), linked=foreign,
                sha256=sha256(data).hexdigest(), content=data,
            )
        )  # fmt: skip
    db.session.add(batch)
    audit.record(
        actor,
        "import.uploaded",
        batch,
        after={"files": [one.name for one in batch.files], "sha256": [one.sha256 for one in batch.files]},
    )
    _put(batch, TRY, actor)
    return batch


def try_again(batch: ImportBatch, *, actor: Actor) -> None:
    """Let a batch be tried once more whose job came to nothing.

    Raises:
        AccessDenied, WrongState: not the actor's, tried already, or a job is still about it.
    """
    access.require(actor, "import", "run", batch)
    if batch.state != UPLOADED:
        raise WrongState("import-read", N_("这个批次已经试读，请刷新页面查看。"))
    _put(batch, TRY, actor)


def apply(batch: ImportBatch, *, actor: Actor) -> None:
    """Let the sheets without fault be taken in by a job.

    Raises:
        AccessDenied, WrongState: not the actor's, not tried, ended already, or a job is still about it.
        Refusal: there is nothing to take in.
    """
    access.require(actor, "import", "run", batch)
    if batch.state != READ:
        raise WrongState("import-not-read", N_("只有试读完毕、尚未导入的批次可以导入。请刷新页面查看。"))
    if not batch.counts.get(bulk.CREATE) and not batch.counts.get(bulk.CHANGE):
        raise Refusal("import-nothing", N_("这个批次没有可以导入的表。请按问题更正后重新上传。"))
    _put(batch, TAKE_IN, actor)


def cancel(batch: ImportBatch, *, actor: Actor) -> ImportBatch:
    """Withdraw a batch before it was taken in; the files' content is given up.

    Raises:
        AccessDenied, WrongState: not the actor's, or it has ended already, or is just being taken in.
    """
    access.require(actor, "import", "run", batch)
    job = job_of(batch)
    if job is not None and job.open and job.kind == TAKE_IN:
        raise WrongState("import-running", N_("这个批次正在导入，不能撤回。请等导入结束。"))
    _end(batch, actor, "cancel")
    for one in batch.files:
        one.content = None
    audit.record(actor, "import.cancelled", batch, after={"state": batch.state})
    return batch


def job_of(batch: ImportBatch) -> jobs.Job | None:
    """The newest job about a batch, while it is kept; read for the batch's office, whoever asked for it."""
    if batch.job_id is None:
        return None
    with access.acting_as(access.system("import job", over=batch.review_path)):
        return db.session.scalar(select(jobs.Job).where(jobs.Job.id == batch.job_id))


# -- what the jobs write -------------------------------------------------------------------------------------


def tried(batch: ImportBatch, planned: Sequence[tuple[int, Planned]], sites: int, *, actor: Actor) -> None:
    """Write down what a batch comes to.

    Raises:
        AccessDenied, WrongState: not the actor's any more, or withdrawn meanwhile.
    """
    access.require(actor, "import", "run", batch)
    now = clock.now()
    flow.take(batch, "try_out")
    batch.read_at, batch.sites = now, sites
    batch.counts = plan.counted(one for _place, one in planned)
    keys = {one.number: one.id for one in batch.files}
    rows = []
    for place, one in planned:
        line = plan.line_of(one)
        rows.append((batch.office_id, batch.id, keys[one.item.file], place, *(line[name] for name in _LINE)))
    audit.record(actor, "import.read", batch, after={"counts": batch.counts, "sites": sites})
    adding.add(ImportLine, ("office_id", "batch_id", "file_id", "number", *_LINE), rows)


def refuse(batch: ImportBatch, refusal: Refusal, *, actor: Actor) -> None:
    """Write down that a batch cannot be read, and why."""
    access.require(actor, "import", "run", batch)
    _end(batch, actor, "refuse")
    batch.reason = str(refusal)[:300]
    audit.record(actor, "import.refused", batch, reason=batch.reason)


def take_in(
    batch: ImportBatch, some: Sequence[tuple[ImportLine, Planned]], *, actor: Actor
) -> tuple[int, int]:
    """Store some sheets of a batch, each whole or not at all; how many were stored, how many not.

    Raises:
        AccessDenied, WrongState: not the actor's any more, or withdrawn meanwhile.
    """
    access.require(actor, "import", "run", batch)
    if batch.state != READ:
        raise WrongState("import-not-read", N_("只有试读完毕、尚未导入的批次可以导入。请刷新页面查看。"))
    good = [
        (line, one) for line, one in some
        if one.act == line.act and one.judged is not None and one.judged.sheet_version == line.sheet_version
    ]  # fmt: skip
    kept = {line.id for line, _one in good}
    reason = f"导入批次 {batch.id}"
    bulk.take_in([one.judged for _line, one in good if one.judged is not None], actor=actor, reason=reason)
    for line, one in some:
        line.outcome = "applied" if line.id in kept else "refused"
        if line.id not in kept:
            findings = one.findings or (Finding("unit", MOVED_ON, code="moved-on"),)
            line.findings = [plan.said(finding, one.item.told) for finding in findings]
    return len(kept), len(some) - len(kept)


def finished(batch: ImportBatch, *, actor: Actor) -> None:
    """Close a batch all of whose sheets were stored or refused."""
    access.require(actor, "import", "run", batch)
    _end(batch, actor, "apply")
    done = queries.outcomes(batch)
    batch.counts = {**batch.counts, **done}
    audit.record(actor, "import.applied", batch, after={"counts": batch.counts})


def _end(batch: ImportBatch, actor: Actor, step: str) -> None:
    now = clock.now()
    flow.take(batch, step)
    batch.ended_at, batch.ended_by = now, actor.name


def _put(batch: ImportBatch, kind: str, actor: Actor) -> None:
    job = job_of(batch)
    if job is not None and job.open:
        raise WrongState("import-running", N_("这个批次正在办理，请稍候刷新页面查看。"))
    db.session.flush()
    payload: Mapping[str, Any] = {"batch": batch.id}
    batch.job_id = jobs.put(kind, payload, path=batch.review_path, person_id=actor.person_id).id


def _checked(files: Sequence[tuple[str, bytes]]) -> list[bool]:
    """Whether each refers to other workbooks."""
    allowed = limits()
    if not files:
        raise Invalid([Finding(FIELD, N_("请选择要上传的工作簿。"), code="files-none")])
    if len(files) > allowed.files:
        said = N_("一次最多上传 %(most)s 个文件，请分次上传。")
        raise Invalid([Finding(FIELD, said, code="files-many", params={"most": allowed.files})])
    if sum(len(data) for _name_, data in files) > allowed.total_mb * MEGABYTE:
        said = N_("全部文件超过 %(n)s MB，请分次上传。")
        raise Invalid([Finding(FIELD, said, code="files-large", params={"n": allowed.total_mb})])
    found, linked = [], []
    for name, data in files:
        try:
            linked.append(containers.unpack(data, allowed).linked)
        except Refusal as refusal:
            one = refusal.finding(FIELD)
            params = {**one.params, "file": _name(name)}
            found.append(Finding(one.field, one.message, one.source, one.code, params))
    if found:
        raise Invalid(found)
    return linked


def _name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip()[:NAME_LONGEST] or "未命名.xlsx"
