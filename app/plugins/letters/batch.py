"""Many documents at once: as one file to print, or a zip with each in a file of its own."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, clock, jobs
from app.foundation.access import Actor, Facts
from app.foundation.database import transaction
from app.foundation.documents import pdf
from app.kernel.errors import N_, AccessDenied, Finding, Invalid, NotSeen, WrongState
from app.plugins.applications.models import Application
from app.plugins.letters import queries, service, typesetting
from app.plugins.letters.kinds import BY_KEY, Kind
from app.plugins.letters.models import Letter
from app.plugins.operations import exports

NAME = "letters"
KIND = "letters.batch"
FORMS = {"pdf": _l("合并为一个 PDF 文件，便于一次打印"), "zip": _l("每件一个文件，打包下载")}
OFFERED = ("request", "form", "correction", "refusal", "opinion", "badge")
PIECE = 25
STALE = N_("所选申请在提出后有变动，有的文书现在不能生成。请重新勾选后再办。")
# Zip keeps local time to two seconds; one fixed moment, so that the same documents give the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)

Step = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """A file to take away."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Asked:
    """Which documents of which applications, and how."""

    applications: tuple[int, ...]
    kinds: tuple[str, ...]
    form: str

    @property
    def size(self) -> int:
        """How many documents at most."""
        return len(self.applications) * len(self.kinds)


def checked(keys: Sequence[int], kinds: Sequence[str], form: str) -> Asked:
    """What was asked for, fit to be done.

    Raises:
        Invalid: no application, kind or form, or too many documents.
    """
    found = []
    if not keys:
        found.append(Finding("applications", N_("请勾选要生成文书的申请。"), code="none-ticked"))
    if not kinds or any(kind not in OFFERED for kind in kinds):
        found.append(Finding("kinds", N_("请选择要生成的文书。"), code="no-kind"))
    if form not in FORMS:
        found.append(Finding("form", N_("请选择文件的形式。"), code="no-form"))
    asked = Asked(tuple(dict.fromkeys(keys)), tuple(kind for kind in OFFERED if kind in kinds), form)
    most = exports.limit(NAME).most
    if asked.size > most:
        found.append(
            Finding(
                "applications", N_("一次最多生成 %(most)s 件文书。"), code="too-many", params={"most": most}
            )
        )
    if found:
        raise Invalid(found)
    return asked


def ensure_possible(asked: Asked, *, actor: Actor) -> None:
    """Whether each of the documents can be made now, so that nothing is begun in vain.

    Raises:
        NotSeen, AccessDenied: an application that is not there, or not the actor's.
        Invalid: a document there is none of; the finding names the website.
    """
    found = []
    for application in queries.applications(asked.applications):
        for kind in (BY_KEY[key] for key in asked.kinds):
            try:
                subject = _subject(kind, application)
                access.require(actor, "letter", kind.act, subject)
                if kind.personal:
                    access.require(actor, "application", "reveal", application)
                service.draft(kind, subject)
            except WrongState as refusal:
                params = {"site": application.site_name, "why": str(refusal)}
                found.append(
                    Finding("applications", N_("“%(site)s”：%(why)s"), refusal.source, refusal.code, params)
                )
    if found:
        raise Invalid(found)


def _subject(kind: Kind, application: Application) -> Any:
    if kind.subject == "application":
        return application
    badge = queries.badge_of(application)
    if badge is None:
        raise WrongState("no-badge", N_("还没有核发网站标识，没有发放通知。"), source="办法第十三条")
    return badge


def make(asked: Asked, *, actor: Actor, step: Step = lambda _done, _all: None) -> Made:
    """Make them, piece by piece in transactions of their own, then the file.

    Raises:
        NotSeen, AccessDenied, WrongState: see ``service.issue``.
    """
    letters: dict[tuple[int, int], Letter] = {}
    done, named = 0, set[int]()
    for start in range(0, len(asked.applications), PIECE):
        with transaction():
            some = queries.applications(asked.applications[start : start + PIECE])
            for place, kind in enumerate(BY_KEY[key] for key in asked.kinds):
                for number, letter in _of(kind, some, named, actor):
                    letters[start + number, place] = letter
            done += len(some) * len(asked.kinds)
            step(done, asked.size)
    ordered = list(
        {letter.id: letter for _place, letter in sorted(letters.items(), key=lambda one: one[0])}.values()
    )
    made = _one_file(ordered) if asked.form == "pdf" else _zipped(ordered, actor)
    with transaction():
        path = actor.posts[0].path
        audit.record(
            actor,
            "letter.batch",
            service.office_at(path),
            after={"letters": len(ordered), "form": asked.form},
        )
    return made


def _of(
    kind: Kind, some: Sequence[Application], named: set[int], actor: Actor
) -> Iterator[tuple[int, Letter]]:
    """The documents of a kind, each with the place of its application.

    A letter of request that names an application already is enough (A3).
    """
    if kind.key != "request":
        subjects = [_subject(kind, application) for application in some]
        yield from enumerate(service.issue_each(kind, subjects, actor=actor))
        return
    for number, application in enumerate(some):
        if application.id not in named:
            letter = service.issue(kind, application, actor=actor)
            named.update(service.sealed(letter)["applications"])
            yield number, letter


def _one_file(letters: Sequence[Letter]) -> Made:
    title = str(_("审核文书"))
    return Made(f"{title}_{clock.today():%Y%m%d}.pdf", typesetting.together(letters, title), pdf.CONTENT_TYPE)


def _zipped(letters: Sequence[Letter], actor: Actor) -> Made:
    """Each in a file of its own, whose hash is kept beside the document."""
    buffer = BytesIO()
    hashes: list[tuple[Letter, str]] = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for letter in letters:
            content = typesetting.one(letter)
            hashes.append((letter, sha256(content).hexdigest()))
            packed.writestr(
                zipfile.ZipInfo(f"{letter.number}_{typesetting.title_of(letter)}.pdf", _MOMENT), content
            )
    with transaction():
        for letter, found in hashes:
            service.seal(queries.by_token(letter.token), found)
    return Made(f"{_('审核文书')}_{clock.today():%Y%m%d}.zip", buffer.getvalue(), "application/zip")


# -- as work to wait for -------------------------------------------------------------------------------------


def declare(app: Flask) -> None:
    """Say that this app can make many documents."""
    jobs.declare(app, jobs.Kind(KIND, _l("批量生成文书"), _run, attempts=3, lease=300, on_behalf=True))


def put(asked: Asked, *, actor: Actor) -> None:
    """Let them be made for the actor; inside the caller's transaction.

    Raises:
        AccessDenied, Refusal: see ``exports.put``.
    """
    path = next(
        (post.path for post in actor.posts if access.can(actor, "letter", "issue", Facts(post.path))),
        actor.posts[0].path,
    )
    exports.put(
        KIND,
        {"applications": list(asked.applications), "kinds": list(asked.kinds), "form": asked.form},
        actor=actor,
        needs=("letter", "issue", Facts(path)),
        path=path,
        total=asked.size,
    )


def _run(work: jobs.Work) -> None:
    """Raises:
    GiveUp: an application is not the person's to see any more, or has moved on.
    """
    actor, payload = access.current_actor(), work.payload
    asked = Asked(tuple(payload["applications"]), tuple(payload["kinds"]), payload["form"])
    work.progress(0, asked.size)
    try:
        obj, act, path = payload["needs"]
        access.require(actor, obj, act, Facts(path))
        made = make(asked, actor=actor, step=lambda done, whole: _said(work, done, whole))
    except (AccessDenied, NotSeen):
        raise jobs.GiveUp(exports.NO_LONGER) from None
    except WrongState:
        raise jobs.GiveUp(STALE) from None
    work.result(made.name, made.content_type, made.content)


def _said(work: jobs.Work, done: int, whole: int) -> None:
    work.progress(done, whole, exports.WRITING if done >= whole else "")
