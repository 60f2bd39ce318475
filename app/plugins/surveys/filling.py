"""The form of a sheet and its last step, check-your-answers. Nothing typed is lost, with or without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO, cast

from flask import flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import conflicts
from app.foundation.admin.conflicts import Conflict
from app.foundation.admin.filters import words
from app.foundation.admin.formatters import text_of
from app.foundation.admin.views import expose, has_access
from app.foundation.database import db, transaction
from app.kernel.errors import N_, Finding, Invalid, Refusal, Stale
from app.plugins.establishment.labels import RANK
from app.plugins.surveys import doubles, forms, labels, looking, queries, rules, service, shown
from app.plugins.surveys.forms import SITE, Typed
from app.plugins.surveys.looking import Look
from app.plugins.surveys.models import EDITABLE, SurveySheet
from app.plugins.surveys.rules import SheetEntry

_ROW = re.compile(r"sites-([0-9]+)-")
UNSAID = Finding(
    "acknowledged", N_("请核对重复的域名：填错的返回修改；确属共用的勾选后再提交。"), code="doubled"
)
SECTIONS = {
    "unit": ("unit_name", "supervisor_name", "nature", "rank", "leader", "site_count", "address"),
    "contact": ("contact", "phone", "email"),
    "sites": ("sites", "no_website", "scan"),
}


class Filling:
    """Filling in and handing in: mixed into the view of a sheet."""

    render_template: Callable[..., str]

    @expose("/<int:pk>/edit")
    @has_access
    def edit(self, pk: int) -> Any:
        """The form; a sheet handed in already opens for reading instead."""
        sheet = queries.get(pk)
        access.require(current_actor(), "survey", "edit", sheet)
        if sheet.state not in EDITABLE:
            return redirect(url_for("SurveyView.page", pk=pk))
        return self._form(sheet, forms.of(sheet))

    @expose("/<int:pk>/edit", methods=["POST"])
    @has_access
    def fill(self, pk: int) -> Any:
        """Whatever a button of the form asks: a row more or less, keep, attach, go on to the check."""
        typed, do = forms.read(request.form), request.form.get("do", "save")
        if do == "add" or do.startswith("remove-"):
            return self._rows(pk, typed, do)
        if do == "look":
            return self._looked(pk, typed)
        try:
            with transaction():
                sheet = queries.get(pk)
                _settle(sheet, typed)
                _keep(sheet, typed, do)
        except (Stale, StaleDataError):
            return self._stale(pk, typed)
        except Invalid as refused:
            return self._again(pk, typed, refused.findings, refused.status)
        except Refusal as refused:
            if refused.field is None:
                raise
            return self._again(pk, typed, [refused.finding()], refused.status)
        return self._after(sheet, do)

    @expose("/<int:pk>/check")
    @has_access
    def check(self, pk: int) -> Any:
        """Check your answers."""
        sheet = queries.get(pk)
        access.require(current_actor(), "survey", "edit", sheet)
        if sheet.state not in EDITABLE:
            return redirect(url_for("SurveyView.page", pk=pk))
        scans = queries.scans(sheet)
        findings, clean = rules.examine(queries.entry_of(sheet), queries.circumstances(sheet, bool(scans)))
        if findings:
            flash(_("还有内容没有填写完整，请按提示更正。"), "warning")
            return self._form(sheet, forms.of(sheet), findings)
        return self._check(sheet, clean)

    def _check(self, sheet: SurveySheet, clean: SheetEntry, findings: Iterable[Finding] = ()) -> str:
        """The answers in canonical writing, with what is to be acknowledged."""
        office, scans = queries.reviewing_office(sheet), queries.scans(sheet)
        return self.render_template(
            "surveys/check.html",
            sheet=sheet,
            clean=clean,
            scans=scans,
            fields=labels.FIELDS,
            site_fields=labels.SITE_FIELDS,
            natures=labels.NATURE,
            ranks=RANK,
            may_submit=access.can(current_actor(), "survey", "submit", sheet),
            next_step=shown.next_step(sheet, queries.deadline(sheet), office.short_name if office else ""),
            doubled=[_placed(one) for one in doubles.of(sheet, clean, actor=current_actor())],
            findings=list(findings),
        )

    @expose("/<int:pk>/look", methods=["POST"])
    @has_access
    def look(self, pk: int) -> Any:
        """What a script shows beside the fields while they are typed: judged as it stands, nothing is written."""
        sheet = queries.get(pk)
        access.require(current_actor(), "survey", "edit", sheet)
        return jsonify(asdict(looking.look(sheet, forms.read(request.form), actor=current_actor())))

    @expose("/<int:pk>/submit", methods=["POST"])
    @has_access
    def submit(self, pk: int) -> Any:
        """Hand it in; what is missing is said beside its field."""
        raw = request.form.get("version", "")
        version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
        try:
            with transaction():
                service.submit(
                    queries.get(pk), actor=current_actor(), version=version,
                    acknowledged=request.form.get("acknowledged") == "1",
                )  # fmt: skip
        except Invalid as refused:
            sheet = queries.get(pk)
            if refused.code == doubles.CODE:
                clean = rules.ensure_complete(queries.entry_of(sheet), queries.circumstances(sheet))
                return make_response(self._check(sheet, clean, [UNSAID]), refused.status)
            return make_response(self._form(sheet, forms.of(sheet), refused.findings), refused.status)
        flash(_("已提交。接收之前可以撤回修改。"), "success")
        return redirect(url_for("SurveyView.page", pk=pk))

    def _looked(self, pk: int, typed: Typed) -> str:
        """The form again with all that is to be said of what is typed: without a script, nothing is written either."""
        sheet = queries.get(pk)
        access.require(current_actor(), "survey", "edit", sheet)
        typed.rows = typed.filled()
        seen = looking.look(sheet, typed, actor=current_actor())
        found = [Finding(name, text) for name, text in seen.errors.items()]
        return self._form(sheet, typed, found, unsaved=True, seen=seen)

    def _rows(self, pk: int, typed: Typed, do: str) -> Any:
        """Show the form again with a row more or less: nothing is judged, nothing written."""
        sheet = queries.get(pk)
        access.require(current_actor(), "survey", "edit", sheet)
        if do == "add":
            typed.rows.append(forms.blank_row())
        else:
            place = do.removeprefix("remove-")
            if place.isascii() and place.isdigit() and len(place) < 6 and int(place) < len(typed.rows):
                del typed.rows[int(place)]
        return self._form(
            sheet, typed, unsaved=True, focus=f"sites-{len(typed.rows) - 1}-name" if do == "add" else ""
        )

    def _after(self, sheet: SurveySheet, do: str) -> Any:
        if do == "check":
            findings, _clean = rules.examine(queries.entry_of(sheet), queries.circumstances(sheet))
            if findings:
                return make_response(self._form(sheet, forms.of(sheet), findings, saved=True), 422)
            return redirect(url_for("SurveyView.check", pk=sheet.id))
        flash(
            {"upload": _("扫描件已上传，草稿已保存。"), "drop": _("扫描件已移除，草稿已保存。")}.get(
                do, _("草稿已保存。")
            ),
            "success",
        )
        target = url_for("SurveyView.edit", pk=sheet.id)
        return redirect(f"{target}#f-scan" if do in {"upload", "drop"} else target)

    def _again(self, pk: int, typed: Typed, findings: Iterable[Finding], status: int) -> Any:
        typed.rows = typed.filled()
        return make_response(self._form(queries.get(pk), typed, findings, unsaved=True), status)

    def _stale(self, pk: int, typed: Typed) -> Any:
        """409: what was typed stays, what others put there stands beside it, and a second save decides."""
        db.session.rollback()
        sheet = queries.get(pk)
        if sheet.state not in EDITABLE:
            raise Stale("stale", str(_("您打开表单之后，这份表已由他人提交，本次没有保存。")))
        typed.rows = typed.filled()
        findings = [
            Finding(
                "",
                str(
                    _(
                        "您打开表单之后，他人修改了这份表，本次没有保存。请逐项选择采用他人保存的还是您填写的，再保存一次。"
                    )
                ),
            )
        ]
        theirs = forms.of(sheet)
        findings += _differing(typed, theirs)
        typed.version = sheet.version
        both = _both(typed, theirs)
        return make_response(self._form(sheet, typed, findings, unsaved=True, both=both), Stale.status)

    def _form(
        self, sheet: SurveySheet, typed: Typed, findings: Iterable[Finding] = (), *, unsaved: bool = False,
        saved: bool = False, focus: str = "", both: Sequence[Conflict] = (), seen: Look | None = None,
    ) -> str:  # fmt: skip
        found, scans = list(findings), queries.scans(sheet)
        given = queries.circumstances(sheet, bool(scans))
        judged, clean = rules.examine(typed.entry(), given)
        missing = {one.field for one in judged}
        said = seen or Look(notes=dict(looking.notes(typed.entry(), clean)))
        if not typed.rows and not typed.flags.get("no_website"):
            typed.rows.append(forms.blank_row())
        deadline = queries.deadline(sheet)
        rule, source = shown.responsible(sheet)
        return self.render_template(
            "surveys/form.html",
            sheet=sheet,
            typed=typed,
            findings=found,
            summary=[_placed(one) for one in found],
            done={name: _done(name, missing) for name in SECTIONS},
            unsaved=unsaved,
            saved=saved,
            both=both,
            focus=focus,
            notes=said.notes,
            warnings=said.warnings,
            looked=seen is not None,
            scans=scans,
            seal_source=given.seal_source,
            area_code=given.area_code,
            fields=labels.FIELDS,
            site_fields=labels.SITE_FIELDS,
            natures=labels.NATURE,
            ranks=RANK,
            clock_view=shown.chip(deadline),
            responsible=rule,
            responsible_source=source,
        )


def _settle(sheet: SurveySheet, typed: Typed) -> None:
    """Where the other's version was chosen, take it.

    Raises:
        Stale: a choice that the page offered was not made.
    """
    if conflicts.unsettled():
        raise Stale("stale", N_("请逐项选择采用哪一份。"))
    theirs = forms.of(sheet)
    for name in typed.values:
        if conflicts.takes_theirs(name):
            typed.values[name] = theirs.values[name]
    for name in typed.flags:
        if conflicts.takes_theirs(name):
            typed.flags[name] = theirs.flags[name]
    if conflicts.takes_theirs("sites"):
        typed.rows = theirs.rows


def _both(mine: Typed, theirs: Typed) -> list[Conflict]:
    """Both versions of every field that differs; the websites as one choice."""
    words = (*forms.TEXTS, *forms.CHOICES, "site_count")
    fields = [(n, str(labels.FIELDS[n]), _word(n, theirs.values[n]), _word(n, mine.values[n])) for n in words]
    flags = {"no_website": _("无网站"), "reform": _("涉及政府机构改革或者事业单位分类改革")}
    fields += [(n, str(flags[n]), text_of(theirs.flags[n]), text_of(mine.flags[n])) for n in forms.FLAGS]
    fields.append(("sites", str(_("网站")), _sites(theirs), _sites(mine)))
    return conflicts.differing(fields)


def _sites(typed: Typed) -> str:
    return "；".join(" ".join(row[name].strip() for name in SITE) for row in typed.filled())


def _keep(sheet: SurveySheet, typed: Typed, do: str) -> None:
    """Save the draft, and what the button asked besides."""
    actor = current_actor()
    access.require(actor, "survey", "edit", sheet)
    unreadable = typed.unreadable()
    if unreadable:
        raise Invalid(unreadable)
    service.save(sheet, typed.entry(), version=typed.version, actor=actor)
    upload = request.files.get("scan")
    if upload is not None and upload.filename:
        service.attach_scan(sheet, cast(BinaryIO, upload.stream), upload.filename, actor=actor)
    elif do == "upload":
        raise Invalid([Finding("scan", str(_("请先选择要上传的文件。")), code="scan-none")])
    if do == "drop":
        service.remove_scan(sheet, actor=actor)


def _placed(finding: Finding) -> Finding:
    """For the summary on top: what is wrong in a row says which row."""
    match = _ROW.match(finding.field)
    if match is None:
        return finding
    said = _("第 %(n)s 个网站：%(said)s", n=int(match[1]) + 1, said=words(finding))
    return Finding(finding.field, str(said), finding.source, finding.code)


def _done(section: str, missing: set[str]) -> bool:
    rows = section == "sites" and any(name.startswith("sites-") for name in missing)
    return not rows and not missing & set(SECTIONS[section])


def _differing(mine: Typed, theirs: Typed) -> list[Finding]:
    """What others have put where something else was typed."""
    found = []
    for name in (*forms.TEXTS, *forms.CHOICES, "site_count"):
        if mine.values.get(name, "").strip() != theirs.values[name]:
            found.append(_now(name, _word(name, theirs.values[name])))
    for number, row in enumerate(theirs.rows):
        for name in SITE:
            typed = mine.rows[number][name].strip() if number < len(mine.rows) else None
            if typed is not None and typed != row[name]:
                found.append(_now(f"sites-{number}-{name}", row[name]))
    if len(theirs.rows) > len(mine.rows):
        names = "、".join(row["name"] for row in theirs.rows[len(mine.rows) :])
        found.append(Finding("sites", str(_("现在还填有：%(names)s", names=names))))
    return found


def _word(name: str, value: str) -> str:
    words: Any = {"nature": labels.NATURE, "rank": RANK}.get(name, {})
    return str(words.get(value, value))


def _now(field: str, value: str) -> Finding:
    return Finding(field, str(_("现在的内容是：%(value)s", value=value or _("（空）"))), code="stale")
