"""The pages of importing: upload, what a batch would come to line by line, take it in, withdraw it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access, audit
from app.foundation.access import Actor, current_actor
from app.foundation.admin import arguments
from app.foundation.admin.filters import words
from app.foundation.admin.gate import QUIET
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.files import scanning
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.imports import errors, labels, queries, service, template
from app.plugins.imports.limits import MEGABYTE, limits
from app.plugins.imports.models import READ, ImportBatch, ImportFile
from app.plugins.operations import exports, shown

PAGE = 25
LINES = 50
LAST_PAGE = 10_000


class ImportView(ScopedView):
    """Batches of one's own office or desk."""

    route_base = "/imports"
    obj = "import"
    acts = {
        "index": "see", "template": "see", "show": "see", "errors": "see", "upload": "run", "again": "run",
        "apply": "run", "cancel": "run",
    }  # fmt: skip
    targets = {
        "pk": ImportBatch, "file": Row(ImportFile, enough=False),
        "upload.office": Row(Office, by="code", enough=False),
    }  # fmt: skip
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """What was uploaded before, and the form to upload more."""
        return self._index()

    def _index(self, findings: tuple[Finding, ...] = ()) -> str:
        number = _page()
        rows, total = queries.page(number, PAGE)
        offices = queries.offices(current_actor())
        return self.render_template(
            "imports/index.html",
            offices=offices,
            office_choices=[(one.code, one.name) for one in offices],
            batches=rows,
            page=number,
            pages=pages_of(total, PAGE),
            total=total,
            limits=limits(),
            findings=list(findings),
            hand_in=request.form.get("hand_in", "1"),
        )

    @expose("/template.xlsx")
    @has_access
    def template(self) -> Any:
        """The workbook to fill in."""
        return exports.answer(str(_("摸底调查表导入模板.xlsx")), template.CONTENT_TYPE, template.workbook())

    @expose("/", methods=["POST"])
    @has_access
    def upload(self) -> Any:
        """Take workbooks in and let them be tried."""
        actor = current_actor()
        try:
            with transaction():
                batch = service.upload(
                    _office(actor), _uploads(), hand_in=request.form.get("hand_in", "1") == "1", actor=actor
                )
        except Invalid as invalid:
            return make_response(self._index(tuple(map(_of_file, invalid.findings))), 422)
        flash(_("已上传，正在试读。试读不改动任何摸底调查表，可以先离开本页。"), "success")
        return redirect(url_for("ImportView.show", pk=batch.id))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> str:
        """What the batch comes to, line by line, and what may be done with it now."""
        batch, actor, number = queries.get(pk), current_actor(), _page()
        act = request.args.get("act", "")
        act = act if act in labels.ACTS else ""
        lines, total = queries.lines(batch, act, number, LINES)
        job = service.job_of(batch)
        return self.render_template(
            "imports/show.html",
            batch=batch,
            job=shown.shown(job) if job is not None else None,
            own_job=job is not None and job.person_id == actor.person_id,
            may_run=access.can(actor, "import", "run", batch),
            good=batch.counts.get("create", 0) + batch.counts.get("change", 0),
            choices=_choices(batch, act),
            lines=[(line, [errors.told(one) for one in line.findings]) for line in lines],
            sheets=queries.sheets_of(lines),
            act=act,
            page=number,
            pages=pages_of(total, LINES),
            total=total,
            faulty=queries.faulty(batch) if batch.read_at is not None else set(),
            waits=batch.state == READ,
            timeline=audit.timeline(batch),
            quiet=QUIET,
        )

    @expose("/<int:pk>/again", methods=["POST"])
    @has_access
    def again(self, pk: int) -> Any:
        """Try it once more, after its job came to nothing."""
        with transaction():
            service.try_again(queries.get(pk), actor=current_actor())
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/apply", methods=["POST"])
    @has_access
    def apply(self, pk: int) -> Any:
        """Take in what is without fault."""
        with transaction():
            service.apply(queries.get(pk), actor=current_actor())
        flash(_("正在导入，可以先离开本页。"), "success")
        return redirect(url_for("ImportView.show", pk=pk))

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    def cancel(self, pk: int) -> Any:
        """Withdraw it before it is taken in."""
        with transaction():
            service.cancel(queries.get(pk), actor=current_actor())
        flash(_("已撤回，没有导入任何表，上传的文件已清除。"), "success")
        return redirect(url_for("ImportView.index"))

    @expose("/<int:pk>/files/<int:file>/errors", methods=["POST"])
    @has_access
    def errors(self, pk: int, file: int) -> Any:
        """Let the file be given back with its reasons in it."""
        with transaction():
            batch = queries.get(pk)
            errors.put(batch, queries.file(batch, file), actor=current_actor())
        flash(_("正在生成问题工作簿，办好后在本页下载。"), "success")
        return redirect(exports.wait_url())


def _page() -> int:
    number = arguments.key(request.args.get("page", "1").strip())
    if not number:
        raise arguments.BadArgument("page", N_("参数“%(name)s”应为不小于 1 的整数。"))
    return min(number, LAST_PAGE)


def _office(actor: Actor) -> Office:
    """The office uploaded for: the one asked for, else the first of the actor's own.

    Raises:
        NotSeen: the actor uploads for none, or not for that one.
    """
    code = request.form.get("office", "")
    for office in queries.offices(actor):
        if not code or office.code == code:
            return office
    raise arguments.unseen()


def _uploads() -> list[tuple[str, bytes]]:
    """The files sent, read no further than anything past the limit would be refused.

    Raises:
        Invalid: the virus scanner found something, or does not answer.
    """
    most = limits().file_mb * MEGABYTE + 1
    found = [
        (one.filename, one.stream.read(most))
        for one in request.files.getlist("files")[: limits().files + 1]
        if one.filename
    ]
    for _name, content in found:
        try:
            scanning.ensure_clean(BytesIO(content), "files")
        except Refusal as refusal:
            raise Invalid([refusal.finding()]) from refusal
    return found


def _of_file(one: Finding) -> Finding:
    """A finding about one of several files names it."""
    if "file" not in one.params:
        return one
    said = _("“%(file)s”：%(said)s", file=one.params["file"], said=words(one))
    return Finding(one.field, str(said), code=one.code)


def _choices(batch: ImportBatch, act: str) -> list[tuple[str, str, bool, int | None]]:
    """The filter chips of the lines."""
    every = sum(batch.counts.get(one, 0) for one in labels.ACTS)
    found = [(str(_("全部")), url_for("ImportView.show", pk=batch.id), not act, every)]
    found += [
        (
            str(label[0]),
            url_for("ImportView.show", pk=batch.id, act=one),
            act == one,
            batch.counts.get(one, 0),
        )
        for one, label in labels.ACTS.items()
    ]
    return found
