"""The verbs of the register: an envelope that came in, one that went out, a scan, what does not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO

from sqlalchemy import func, select

from app.foundation import access, audit, clock, files
from app.foundation.access import Actor, Facts
from app.foundation.database import db
from app.foundation.limits.materials import materials_for
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, NotSeen, Refusal, WrongState
from app.plugins.applications import checklist, dossier
from app.plugins.applications import service as applications
from app.plugins.applications.checklist import SEALED_FORM
from app.plugins.applications.models import MEANS, Application, PaperReceipt
from app.plugins.exchange import labels, rules, signals
from app.plugins.exchange.models import THINGS_IN, ExchangeEntry, ExchangeLine
from app.plugins.exchange.rules import Case, Envelope, Paper

OTHER = "other"
MOST_SCANS = 6
SCANNED = ("paper_review", "approved", "reported", "badged", "refused")
Contents = Sequence[tuple[Application, Sequence[Paper]]]


def case_of(application: Application, wanted: Mapping[str, int] | None = None) -> Case:
    """What the rules ask about it."""
    passed = application.first_reviewed_at
    return Case(
        application.id, application.state, wanted or {}, clock.localise(passed).date() if passed else None
    )


def receive(office: Office, envelope: Envelope, contents: Contents, *, actor: Actor) -> ExchangeEntry:
    """Register an envelope that came in; a form's arrival begins its written review (C-art.8, S25).

    Raises:
        AccessDenied: not the actor's office's book, or a case of another office.
        Invalid: the envelope or its contents; nothing is registered.
    """
    _ensure_own(office, contents, actor)
    found = list(rules.envelope(envelope, clock.today(), MEANS))
    cases = {application.id: case_of(application, wanted(application, office)) for application, _ in contents}
    for application, papers in contents:
        found += rules.received(envelope, cases[application.id], papers)
    if not contents:
        found.append(Finding("application", N_("请勾选收到书面材料的申请。"), code="nobody"))
    _ensure(found)
    begins = [app for app, papers in contents if rules.begins_review(cases[app.id], papers)]
    entry = _enter(office, envelope, contents, actor)
    for application, papers in contents:
        if application in begins:
            form = next(one for one in papers if one.what == rules.FORM)
            applications.receive_paper(
                application, envelope.means, envelope.day, form.copies, actor=actor
            )  # the receiver ties the receipt to its line
        else:
            _remember(actor, "exchange.received", application, entry, papers)
        _tell_mismatch(application, [one.mismatch for one in papers if one.mismatch], actor)
    return entry


def send(office: Office, envelope: Envelope, contents: Contents, *, actor: Actor) -> ExchangeEntry:
    """Register an envelope that goes out: the form with the opinion, a letter, a notice (C-art.9).

    Raises:
        AccessDenied, Invalid: as for ``receive``; one without any case needs a note that says what it holds.
    """
    _ensure_own(office, contents, actor)
    found = list(rules.envelope(envelope, clock.today(), MEANS))
    for application, papers in contents:
        found += rules.sent(case_of(application), papers)
    if not contents and not envelope.note:
        found.append(Finding("note", N_("没有勾选申请的，请写明寄发的内容。"), code="note-missing"))
    _ensure(found)
    entry = _enter(office, envelope, contents, actor)
    for application, papers in contents:
        _remember(actor, "exchange.sent", application, entry, papers)
    return entry


def enter_receipt(application: Application, receipt: PaperReceipt, *, actor: Actor) -> None:
    """Paper that was received on the application's own page stands in the book too; nothing is entered twice.

    Raises:
        AccessDenied: the actor keeps no book there.
    """
    open_ = select(ExchangeLine).where(
        ExchangeLine.application_id == application.id,
        ExchangeLine.round == application.round,
        ExchangeLine.what == rules.FORM,
        ExchangeLine.receipt_id.is_(None),
    )
    line = db.session.scalar(open_.join(ExchangeEntry).where(ExchangeEntry.direction == "in").limit(1))
    if line is not None:
        line.receipt_id = receipt.id
        return
    office = dossier.reviewing_office(application)
    copies = wanted(application, office).get(rules.FORM, 0)
    said = f"申请表应为 {copies} 份，实收 {receipt.copies} 份。" if receipt.copies < copies else ""
    envelope = Envelope("in", receipt.received_on, receipt.means, application.organ_name)
    _ensure_own(office, [(application, ())], actor)
    entry = _enter(
        office, envelope, [(application, [Paper(rules.FORM, receipt.copies, mismatch=said)])], actor
    )
    entry.lines[0].receipt_id = receipt.id
    _tell_mismatch(application, [said] if said else [], actor)


def note_mismatch(line: ExchangeLine, words: str, *, actor: Actor) -> ExchangeLine:
    """Write down what was found not to agree after the envelope was registered; what stood there stays.

    Raises:
        AccessDenied: not the actor's office's book.
        WrongState: an envelope that went out.
        Invalid: nothing said, or too much.
    """
    access.require(actor, "exchange", "register", line)
    if line.entry.direction != "in":
        raise WrongState("mismatch-out", N_("只有收到的书面材料登记不符情况。"))
    said = words.strip()
    field = rules.at("mismatch", line.id)
    if not said:
        raise Invalid([Finding(field, N_("请写明不符情况。"), "办法第八条", "mismatch-missing")])
    whole = f"{line.mismatch}\n{said}" if line.mismatch else said
    if len(whole) > rules.LONGEST:
        raise Invalid([Finding(field, N_("最多 %(n)s 个字。"), "", "too-long", {"n": rules.LONGEST})])
    line.mismatch = whole
    application = _application(line)
    _tell_mismatch(application, [said], actor)
    return line


def scan(application: Application, stream: IO[bytes], filename: str, *, actor: Actor) -> files.StoredFile:
    """Keep a scan of the sealed form (P-3.3), beside the materials.

    Raises:
        AccessDenied: not of the reviewing office.
        WrongState: no sealed form was received yet.
        Refusal: too many, or what ``files.store`` refuses.
    """
    access.require(actor, "material", "scan", application)
    if application.state not in SCANNED or not application.receipts:
        raise WrongState("scan-early", N_("登记收到盖章的申请表以后，再存入扫描件。"), source="办法第八条")
    if len(scans(application)) >= MOST_SCANS:
        raise Refusal("scan-many", N_("扫描件最多 %(n)s 份。"), field="scan", n=MOST_SCANS)
    row = files.store(stream, filename, obj="material", parent=application, kind=SEALED_FORM, field="scan")
    audit.record(actor, "exchange.scanned", application, after={"file": row.id})
    return row


def remove_scan(application: Application, file_id: int, *, actor: Actor) -> None:
    """Take a wrong scan away, while the written review goes on.

    Raises:
        AccessDenied: not of the reviewing office.
        WrongState: decided already: what the decision rests on stays.
        NotSeen: no such scan of this application.
    """
    access.require(actor, "material", "scan", application)
    if application.state != "paper_review":
        raise WrongState("scan-kept", N_("审核决定以后，扫描件不再删除。"), source="办法第九条")
    row = next((one for one in scans(application) if one.id == file_id), None)
    if row is None:
        raise NotSeen("scan-not-seen", N_("没有找到该扫描件，可能已经删除。"))
    files.discard(row, reason="")
    audit.record(actor, "exchange.scan_removed", application, before={"file": file_id})


def scans(application: Application) -> list[files.StoredFile]:
    """The scans of the sealed form, newest first."""
    return dossier.scans(application)


def wanted(application: Application, office: Office) -> dict[str, int]:
    """Which papers, and how many copies, the office asks for (C-art.5, P-3.3, A4.注1); its extra ones as others."""
    asked = checklist.checklist(
        application.track,
        application.kind,
        (application.chinese_domain, application.english_domain),
        checklist.MaterialSettings(materials_for(office.settings), dossier.limits_of(office)),
    )
    found: dict[str, int] = {}
    for one in checklist.on_paper(asked):
        what = one.key if one.key in THINGS_IN else OTHER
        found[what] = found.get(what, 0) + one.paper_copies
    return found


# -- shared --------------------------------------------------------------------------------------------------


def _ensure_own(office: Office, contents: Contents, actor: Actor) -> None:
    access.require(actor, "exchange", "register", Facts(office.path))
    for application, _papers in contents:
        access.require(actor, "exchange", "register", application)
        if application.review_path != office.path:
            raise AccessDenied(
                "exchange-elsewhere",
                N_("该申请由其他机构审核，书面材料由该机构登记。"),
                source="办法第八条",
            )


def _ensure(found: list[Finding]) -> None:
    if found:
        raise Invalid([one for at, one in enumerate(found) if one not in found[:at]])


def _next_serial(office: Office, direction: str, year: int) -> int:
    """The next number of the book; the office's row is locked first, so that two envelopes never share one."""
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update(key_share=True))
    last = db.session.scalar(
        select(func.max(ExchangeEntry.serial)).where(
            ExchangeEntry.office_id == office.id,
            ExchangeEntry.direction == direction,
            ExchangeEntry.year == year,
        )
    )
    return (last or 0) + 1


def _enter(office: Office, envelope: Envelope, contents: Contents, actor: Actor) -> ExchangeEntry:
    now, year = clock.now(), envelope.day.year
    entry = ExchangeEntry(
        direction=envelope.direction, year=year, serial=_next_serial(office, envelope.direction, year),
        day=envelope.day, means=envelope.means, counterpart=envelope.counterpart, slip=envelope.slip,
        note=envelope.note, entered_by_id=actor.person_id, entered_by=actor.name, entered_at=now,
    )  # fmt: skip
    entry.adopt(office)
    db.session.add(entry)
    for application, papers in contents:
        entry.lines.extend(
            ExchangeLine(
                application=application,
                round=application.round,
                organ_name=application.organ_name,
                site_name=application.site_name,
                what=one.what,
                copies=one.copies,
                sealed=one.sealed,
                mismatch=one.mismatch,
            )
            for one in papers
        )
    db.session.flush()
    number = labels.number_of(entry.direction, entry.year, entry.serial)
    audit.record(
        actor, "exchange.registered", entry,
        after={"number": number, "day": entry.day, "means": entry.means, "counterpart": entry.counterpart},
    )  # fmt: skip
    return entry


def _remember(
    actor: Actor, verb: str, application: Application, entry: ExchangeEntry, papers: Sequence[Paper]
) -> None:
    number = labels.number_of(entry.direction, entry.year, entry.serial)
    listed = "、".join(f"{labels.THING[one.what]} {one.copies} 份" for one in papers)
    audit.record(actor, verb, application, after={"number": number}, reason=f"{number}：{listed}")


def _tell_mismatch(application: Application, said: Sequence[str], actor: Actor) -> None:
    if said:
        words = "；".join(dict.fromkeys(said))
        audit.record(actor, "exchange.mismatch", application, reason=words)
        signals.mismatched.send(application, words=words, actor=actor)


def _application(line: ExchangeLine) -> Application:
    row = db.session.get(Application, line.application_id)
    if row is None:
        raise NotSeen("application-not-seen", N_("没有找到该申请，或者它不在您的管辖范围内。"))
    return row
