"""Drafting: only one's own office sees any of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access, audit
from app.foundation.access import current_actor
from app.foundation.admin import arguments
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import transaction
from app.foundation.files import office_files
from app.kernel.errors import N_, Finding, Invalid, Refusal, Stale, WrongState
from app.plugins.bylaws import labels, queries, rules, service
from app.plugins.bylaws.models import Bylaw
from app.plugins.bylaws.rules import BylawEntry

TEXTS, DAYS = ("title", "document", "text"), ("issued_on", "effective_on")


class BylawDraftView(ScopedView):
    """Drafts of one's own office, up to their publication."""

    route_base = "/bylaw-drafts"
    obj = "draft_bylaw"
    acts = {
        "page": "see", "new": "edit", "begin": "edit", "edit": "edit", "fill": "edit", "discard": "edit",
        "publish": "publish",
    }  # fmt: skip
    targets = {"pk": Row(Bylaw, enough=False), "new.replaces": Row(Bylaw, enough=False)}
    default_view = "new"

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> Any:
        """A draft, with what it still lacks."""
        row = queries.get(pk)
        access.require(current_actor(), "draft_bylaw", "see", row)
        if row.state != "draft":
            return redirect(url_for("BylawView.page", pk=pk))
        return self._page(row)

    def _page(self, row: Bylaw, findings: Sequence[Finding] = ()) -> str:
        actor, file = current_actor(), office_files.of(row)
        return self.render_template(
            "bylaws/draft.html",
            row=row,
            file=file,
            missing=list(rules.publishable(service.entry_of(row), filed=file is not None)),
            publishes=access.can(actor, "draft_bylaw", "publish", row),
            timeline=audit.timeline(row),
            findings=list(findings),
        )

    @expose("/new")
    @has_access
    def new(self) -> Any:
        """The form; with ``?replaces=`` it starts from the bylaw that is to be revised."""
        earlier = self._earlier(request.args.get("replaces", ""))
        typed = _of(service.entry_of(earlier)) if earlier is not None else dict.fromkeys((*TEXTS, *DAYS), "")
        return self._form(None, typed, earlier=earlier)

    @expose("/new", methods=["POST"])
    @has_access
    def begin(self) -> Any:
        """Keep a new draft."""
        typed = _read()
        earlier = self._earlier(request.form.get("replaces", ""))
        try:
            with transaction():
                office = queries.office_of(current_actor())
                if office is None:
                    raise arguments.unseen()
                row = service.draft(office, _entry(typed), replaces=earlier, actor=current_actor())
                self._attach(row)
        except Invalid as refused:
            return make_response(self._form(None, typed, refused.findings, earlier=earlier), refused.status)
        except (WrongState, Stale):
            raise
        except Refusal as refused:
            return self._refused_file(refused, None, typed, earlier)
        flash(_("草稿已保存，由负责人核对后印发。"), "success")
        return redirect(url_for("BylawDraftView.page", pk=row.id))

    @expose("/<int:pk>/edit")
    @has_access
    def edit(self, pk: int) -> Any:
        """The form over a draft."""
        row = queries.get(pk)
        access.require(current_actor(), "draft_bylaw", "edit", row)
        if row.state != "draft":
            return redirect(url_for("BylawView.page", pk=pk))
        return self._form(row, _of(service.entry_of(row)) | {"version": str(row.version)})

    @expose("/<int:pk>/edit", methods=["POST"])
    @has_access
    def fill(self, pk: int) -> Any:
        """Save it; what was typed stays whatever is wrong."""
        typed = _read()
        try:
            with transaction():
                row = queries.get(pk)
                service.save(row, _entry(typed), version=_version(), actor=current_actor())
                self._attach(row)
        except Invalid as refused:
            return make_response(self._form(queries.get(pk), typed, refused.findings), refused.status)
        except Stale as refused:
            row = queries.get(pk)
            page = self._form(row, typed | {"version": str(row.version)}, [refused.finding("")])
            return make_response(page, refused.status)
        except WrongState:
            raise
        except Refusal as refused:
            return self._refused_file(refused, queries.get(pk), typed, None)
        flash(_("草稿已保存。"), "success")
        return redirect(url_for("BylawDraftView.page", pk=pk))

    @expose("/<int:pk>/discard", methods=["POST"])
    @has_access
    def discard(self, pk: int) -> Any:
        """Delete it."""
        with transaction():
            service.discard(queries.get(pk), actor=current_actor())
        flash(_("草稿已删除。"), "success")
        return redirect(url_for("BylawView.index"))

    @expose("/<int:pk>/publish", methods=["POST"])
    @has_access
    def publish(self, pk: int) -> Any:
        """Put it into force."""
        try:
            with transaction():
                service.publish(queries.get(pk), version=_version(), actor=current_actor())
        except Invalid as refused:
            return make_response(self._page(queries.get(pk), refused.findings), refused.status)
        flash(_("细则已印发，本级单位和下级机构即可查看。"), "success")
        return redirect(url_for("BylawView.page", pk=pk))

    @staticmethod
    def _earlier(raw: str) -> Bylaw | None:
        """The bylaw to be revised.

        Raises:
            NotSeen: it is named and not seen.
            AccessDenied: seen, but another office's.
        """
        if not raw:
            return None
        key = arguments.key(raw)
        if key is None:
            raise arguments.unseen()
        row = queries.get(key)
        access.require(current_actor(), "draft_bylaw", "edit", row)
        return row

    @staticmethod
    def _attach(row: Bylaw) -> None:
        upload = request.files.get("file")
        if upload is not None and upload.filename:
            service.attach(row, upload.stream, upload.filename, actor=current_actor())

    def _refused_file(
        self, refused: Refusal, row: Bylaw | None, typed: dict[str, str], earlier: Bylaw | None
    ) -> Any:
        if refused.field != "file":
            raise refused
        page = self._form(row, typed, [refused.finding()], earlier=earlier)
        return make_response(page, refused.status)

    def _form(
        self,
        row: Bylaw | None,
        typed: dict[str, str],
        findings: Sequence[Finding] = (),
        *,
        earlier: Bylaw | None = None,
    ) -> str:
        return self.render_template(
            "bylaws/form.html",
            row=row,
            typed=typed,
            findings=list(findings),
            earlier=row.replaces if row is not None else earlier,
            file=office_files.of(row) if row is not None else None,
            office=row.office if row is not None else queries.office_of(current_actor()),
            fields=labels.FIELDS,
            longest=rules.LONGEST,
        )


def _read() -> dict[str, str]:
    typed = {name: request.form.get(name, "").strip() for name in (*TEXTS, *DAYS)}
    typed["text"] = typed["text"].replace("\r\n", "\n")
    return typed | {"version": request.form.get("version", "")}


def _of(entry: BylawEntry) -> dict[str, str]:
    days = {name: getattr(entry, name) for name in DAYS}
    return {name: getattr(entry, name) for name in TEXTS} | {
        name: day.isoformat() if day else "" for name, day in days.items()
    }


def _entry(typed: dict[str, str]) -> BylawEntry:
    """The bylaw that was typed.

    Raises:
        Invalid: a day that is no date.
    """
    days: dict[str, date | None] = {}
    wrong = []
    for name in DAYS:
        try:
            text = typed[name].replace("/", "-").replace(".", "-")
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            wrong.append(Finding(name, N_("日期请按“2014-11-21”填写。"), code="date-format"))
    if wrong:
        raise Invalid(wrong)
    return BylawEntry(**{name: typed[name] for name in TEXTS}, **days)  # type: ignore[arg-type]


def _version() -> int | None:
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
