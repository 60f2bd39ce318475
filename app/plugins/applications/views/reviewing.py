"""The page of one application, and what reviewers do on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.foundation import access, clock
from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.files import StoredFile
from app.kernel.errors import N_, NotSeen, Refusal
from app.plugins.applications import dossier, flow, labels, pages, queries, reasons, service
from app.plugins.applications.fields import SECTIONS, masked, of
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted

Verb = Callable[[Application], Any]
LETTERS = ("returned", "ineligible")
ITEMS = range(1, 6)


class ApplicationView(ScopedView):
    """One page for everybody who sees the application; what it offers follows from who looks."""

    route_base = "/applications"
    obj = "application"
    acts = {
        "check": "first-review", "release": "first-review", "pass_first": "first-review",
        "return_": "first-review", "ineligible": "first-review", "paper": "receive-paper",
        "approve": "paper-review", "refuse": "paper-review", "draft": "paper-review", "reopen": "paper-review", "reveal": "reveal",
        "exception": "first-review", "attach": "first-review", "discard": "first-review", "letter": "first-review",
    }  # fmt: skip
    targets = {
        "pk": Application,
        "file_id": Row(StoredFile, act="edit", enough=False),
        "outcome": LETTERS,
    }
    default_view = "show"

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """The application, its clock, its evidence and its course."""
        begun = request.args.get("letter", "")
        return self._page(pages.build(pk, panel=begun if begun in LETTERS else ""))

    def _page(self, page: pages.Page) -> Any:
        return self.render_template(
            "applications/show.html",
            page=page,
            application=page.application,
            can=page.can,
            sections=SECTIONS,
            fields_of=of,
            masked=masked,
            labels=labels,
            reasons_of=_reasons_of,
            today=clock.today(),
            draft_words=pages.draft_words(page.application),
        )

    def _do(self, pk: int, act: str, verb: Verb, said: str, *, panel: str = "", anchor: str = "") -> Any:
        """Run one verb on a fresh application; a "no" shows the page again with everything typed."""

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", self.acts[act], application)
                posted.ensure_fresh(application)
                verb(application)
            if said:
                flash(said, "success")
            return redirect(url_for("ApplicationView.show", pk=pk, _anchor=anchor or None))

        def again(refusal: Refusal) -> Any:
            found = posted.findings_of(refusal)
            return self._page(pages.build(pk, typed=_typed(), findings=found, panel=panel))

        return posted.answered(do, again)

    def _noted(self, verb: Verb) -> Verb:
        """First keep the notes, letters and files that stand in the same form, then do it."""

        def both(application: Application) -> Any:
            service.keep_notes(application, _notes(), _letters(application), actor=current_actor())
            _attach_chosen(application)
            return verb(application)

        return both

    @expose("/<int:pk>/check", methods=["POST"])
    @has_access
    def check(self, pk: int) -> Any:
        """Judge one item (``set`` is like ``4:ok``), or just keep the notes."""
        judged = request.form.get("set", "")

        def verb(application: Application) -> None:
            letters = _letters(application)
            if judged:
                number, finding = _judgement(judged)
                note = posted.text(f"note-{number}")
                service.check(application, number, finding, note, actor=current_actor())
            service.keep_notes(application, _notes(), letters, actor=current_actor())
            _attach_chosen(application)

        anchor = f"item-{judged.partition(':')[0]}" if judged else "checklist"
        return self._do(pk, "check", verb, "" if judged else _("说明已保存。"), anchor=anchor)

    @expose("/<int:pk>/exception", methods=["POST"])
    @has_access
    def exception(self, pk: int) -> Any:
        """Let an exception pass (``allow`` names it, ``exception-<code>`` says why), or take that back (``disallow``)."""
        allow, disallow = posted.text("allow"), posted.text("disallow")

        def verb(application: Application) -> None:
            if disallow:
                service.disallow_exception(application, disallow, actor=current_actor())
                return
            reason = posted.text(f"exception-{allow}")
            service.allow_exception(application, allow, reason, actor=current_actor())

        said = _("已取消对这一例外的同意。") if disallow else _("已同意这一例外，理由将印在申请表上。")
        return self._do(pk, "exception", self._noted(verb), said, anchor="item-5")

    @expose("/<int:pk>/evidence", methods=["POST"])
    @has_access
    def attach(self, pk: int) -> Any:
        """Keep a file with an item (``attach`` is its number)."""
        number, _finding = _judgement(posted.text("attach"))

        def verb(application: Application) -> None:
            if number not in ITEMS or not _chosen(number):
                service.attach_evidence(application, number, BytesIO(), "", actor=current_actor())

        said = _("佐证已上传，只有审核机关和上级机构可以查看。")
        return self._do(pk, "attach", self._noted(verb), said, anchor=f"item-{number}")

    @expose("/<int:pk>/evidence/<int:file_id>/discard", methods=["POST"])
    @has_access
    def discard(self, pk: int, file_id: int) -> Any:
        """Put such a file away."""
        verb = self._noted(
            lambda application: service.discard_evidence(application, file_id, actor=current_actor())
        )
        return self._do(pk, "discard", verb, _("佐证已删除。"), anchor="checklist")

    @expose("/<int:pk>/letter/<outcome>", methods=["POST"])
    @has_access
    def letter(self, pk: int, outcome: str) -> Any:
        """Write the letter's draft from the chosen reasons and the notes; what was written stays."""

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "first-review", application)
                posted.ensure_fresh(application)
                letters = _letters(application)
                codes = posted.listed(f"{outcome}-reasons")
                words = pages.composed_words(application, outcome, codes, posted.text(f"{outcome}-words"))
                letters[outcome] = _kept(outcome, words, codes)
                service.keep_notes(application, _notes(), letters, actor=current_actor())
            return redirect(url_for("ApplicationView.show", pk=pk, letter=outcome, _anchor=outcome))

        def again(refusal: Refusal) -> Any:
            return self._page(
                pages.build(pk, typed=_typed(), findings=posted.findings_of(refusal), panel=outcome)
            )

        if outcome not in LETTERS:
            raise NotSeen("letter-not-seen", N_("没有这一种告知。"))
        return posted.answered(do, again)

    @expose("/<int:pk>/refuse/draft", methods=["POST"])
    @has_access
    def draft(self, pk: int) -> Any:
        """The refusal's letter, drafted from the chosen reasons; nothing is kept until it is decided."""
        application, typed = queries.get(pk), _typed()
        access.require(current_actor(), "application", "paper-review", application)
        flow.ensure(application, "refuse")
        codes = posted.listed("refused-reasons")
        typed["refused-words"] = pages.composed_words(
            application, "refused", codes, posted.text("refused-words")
        )
        return self._page(pages.build(pk, typed=typed, panel="refused"))

    @expose("/<int:pk>/release", methods=["POST"])
    @has_access
    def release(self, pk: int) -> Any:
        """Back to the office's common to-do."""
        verb = self._noted(lambda application: service.release(application, actor=current_actor()))
        return self._do(pk, "release", verb, _("已退回待办，判定和说明都保留。"))

    @expose("/<int:pk>/pass", methods=["POST"])
    @has_access
    def pass_first(self, pk: int) -> Any:
        """Pass the first review."""
        verb = self._noted(lambda application: service.pass_first(application, actor=current_actor()))
        application = queries.get(pk)
        papered = dossier.asks_paper(application, dossier.reviewing_office(application))
        said = (
            _("初审通过，等待申请单位报送书面材料。")
            if papered
            else _("初审通过。不收书面材料，由负责人审核确认。")
        )
        return self._do(pk, "pass_first", verb, said)

    @expose("/<int:pk>/return", methods=["POST"])
    @has_access
    def return_(self, pk: int) -> Any:
        """Return for correction."""
        codes, words = posted.listed("returned-reasons"), posted.text("returned-words")
        verb = self._noted(
            lambda application: service.return_(application, codes, words, actor=current_actor())
        )
        return self._do(pk, "return_", verb, _("已退回申请单位补正。"), panel="returned")

    @expose("/<int:pk>/ineligible", methods=["POST"])
    @has_access
    def ineligible(self, pk: int) -> Any:
        """Find the applicant ineligible."""
        codes, words = posted.listed("ineligible-reasons"), posted.text("ineligible-words")
        verb = self._noted(
            lambda application: service.declare_ineligible(application, codes, words, actor=current_actor())
        )
        return self._do(pk, "ineligible", verb, _("已告知申请单位不具备开办资格。"), panel="ineligible")

    @expose("/<int:pk>/paper", methods=["POST"])
    @has_access
    def paper(self, pk: int) -> Any:
        """Record that sealed paper came in."""

        def verb(application: Application) -> None:
            service.receive_paper(
                application,
                posted.text("means"),
                posted.day("received_on"),
                posted.number("copies"),
                actor=current_actor(),
            )

        return self._do(pk, "paper", verb, _("已登记收到书面材料，书面审核开始计时。"), panel="paper")

    @expose("/<int:pk>/approve", methods=["POST"])
    @has_access
    def approve(self, pk: int) -> Any:
        """Sign the written review."""
        words = posted.text("approve-words")

        def verb(application: Application) -> None:
            sealed = _sealed("approve-sealed")
            service.approve(application, words=words, sealed_on=sealed, actor=current_actor())

        return self._do(pk, "approve", verb, _("审核通过，可以报送注册管理中心。"), panel="approve")

    @expose("/<int:pk>/refuse", methods=["POST"])
    @has_access
    def refuse(self, pk: int) -> Any:
        """Refuse after the written review."""
        codes, words = posted.listed("refused-reasons"), posted.text("refused-words")

        def verb(application: Application) -> None:
            sealed = _sealed("refused-sealed")
            service.refuse(application, codes, words, sealed_on=sealed, actor=current_actor())

        return self._do(pk, "refuse", verb, _("审核未通过，理由已告知申请单位。"), panel="refused")

    @expose("/<int:pk>/reopen", methods=["POST"])
    @has_access
    def reopen(self, pk: int) -> Any:
        """Return for correction what the registrar sent back."""
        codes, words = posted.listed("returned-reasons"), posted.text("returned-words")
        return self._do(
            pk,
            "reopen",
            lambda application: service.reopen(application, codes, words, actor=current_actor()),
            _("已退回申请单位补正，再次提交后重新审核。"),
            panel="reopen",
        )

    @expose("/<int:pk>/reveal", methods=["POST"])
    @has_access
    def reveal(self, pk: int) -> Any:
        """Show the two people's data in full, once; the look enters the record."""
        with posted.attempt():
            shown = service.reveal(queries.get(pk), actor=current_actor())
        response = make_response(self._page(pages.build(pk, revealed=shown)))
        response.headers["Cache-Control"] = "no-store"
        return response


def _reasons_of(outcome: str, wanting: Collection[int] = ()) -> list[tuple[str, ...]]:
    """The catalogue of an outcome as check boxes; those of an item found wanting say so."""
    return [
        (one.code, f"{one.label}（{one.source}）")
        + (
            (_("第 %(n)s 项判为不符合", n=one.item),)
            if one.item in wanting and one.code != reasons.OTHER
            else ()
        )
        for one in reasons.BY_OUTCOME[outcome]
    ]


def _judgement(text: str) -> tuple[int, str]:
    number, _colon, finding = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) == 1):
        raise NotSeen("item-not-seen", N_("核对事项只有五项，没有这一项。"))
    return int(number), finding


def _sealed(name: str) -> date | None:
    """The day of the seal, as it was typed; None where the form does not ask.

    Raises:
        Invalid: not a date.
    """
    return posted.day(name) if name in request.form else None


def _chosen(number: int) -> FileStorage | None:
    """The file chosen for an item, whichever button was pressed."""
    upload = request.files.get(f"evidence-{number}")
    return upload if upload is not None and upload.filename else None


def _attach_chosen(application: Application) -> None:
    for number in ITEMS:
        upload = _chosen(number)
        if upload is not None:
            name = upload.filename or ""
            service.attach_evidence(application, number, upload.stream, name, actor=current_actor())


def _notes() -> dict[int, str]:
    return {n: posted.text(f"note-{n}") for n in ITEMS if f"note-{n}" in request.form}


def _letters(application: Application) -> dict[str, object]:
    """Letters begun in the review form, kept until they are sent; an untouched draft follows the notes instead."""
    found: dict[str, object] = {}
    drafted = _lines(pages.draft_words(application))
    for outcome in LETTERS:
        words, codes = posted.text(f"{outcome}-words"), posted.listed(f"{outcome}-reasons")
        if codes or (words and _lines(words) != drafted):
            found[outcome] = _kept(outcome, words, codes)
    return found


def _kept(outcome: str, words: str, codes: Sequence[str]) -> dict[str, object]:
    known = [one.code for one in reasons.named(outcome, codes)]
    return {"words": words[: reasons.LONGEST], "reasons": known}


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.splitlines()]


def _typed() -> dict[str, Any]:
    typed: dict[str, Any] = dict(posted.texts())
    for outcome in reasons.BY_OUTCOME:
        typed[f"{outcome}-reasons"] = posted.listed(f"{outcome}-reasons")
    return typed
