"""One posted form acts once: clicked twice, sent again or replayed, it is answered with the first result.

Every form of ours carries a random ``once``. The transaction that the post opens first writes down the digest of it,
of who sends and of what is sent; two that run at the same time meet at that row, and the second finds it taken.
What was refused was rolled back, its row too, so a corrected form may be sent again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, flash, g, has_request_context, make_response, redirect, request
from flask_appbuilder.models.sqla import Model
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import String, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.access import current_actor
from app.foundation.admin import memory
from app.foundation.admin.addresses import fab
from app.foundation.database import OPENED, UTCDateTime, db, transaction

FIELD = "once"
KEPT_FOR = timedelta(days=2)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_UNSAID = frozenset({FIELD, "csrf_token"})
_LONGEST = 500
_TAKING = "bianban.once"


class PostedForm(Model):
    """A form that has acted. It names nobody and holds nothing that was sent: a digest, and where the answer led."""

    __tablename__ = "posted_form"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str | None] = mapped_column(String(_LONGEST))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, nullable=False, index=True)


class Replayed(Exception):
    """This very form has acted already; nothing was done again."""


def field() -> Markup:
    """The hidden field of one form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, secrets.token_urlsafe(16))


def digest() -> str | None:
    """What tells this post from every other: its token, its sender, its address and all it carries; None without."""
    token = request.form.get(FIELD, "") if request.method == "POST" else ""
    if not _TOKEN.match(token):
        return None
    said = hashlib.sha256()
    parts = [token, str(current_actor().person_id), request.path]
    parts += [part for pair in request.form.items(multi=True) if pair[0] not in _UNSAID for part in pair]
    parts += [f"{name}={file.filename}" for name, file in request.files.items(multi=True)]
    for part in parts:
        encoded = part.encode("utf-8", "replace")
        said.update(len(encoded).to_bytes(8, "big") + encoded)
    return said.hexdigest()


def _spend(session: Session) -> None:
    """Take the form's row in the transaction that has just been opened.

    Raises:
        Replayed: it is taken. A rival that has not committed is waited for.
    """
    if not has_request_context() or "once_kept" in g:
        return
    mine = digest()
    if mine is None:
        return
    g.once_taken = session.info[_TAKING] = mine
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    now = datetime.now(UTC)
    row = insert(PostedForm).values(digest=mine, created_at=now).on_conflict_do_nothing()
    # What comes back is counted, not the driver's rowcount: psycopg keeps none for an INSERT.
    if session.connection().scalar(row.returning(PostedForm.digest)) is None:
        raise Replayed
    if mine.startswith("00"):  # now and then, what nobody sends again is cleared away
        session.connection().execute(
            PostedForm.__table__.delete().where(PostedForm.created_at < now - KEPT_FOR)
        )


def _committed(session: Session) -> None:
    if session.info.pop(_TAKING, None) and has_request_context():
        g.once_kept = True


def _rolled_back(session: Session) -> None:
    session.info.pop(_TAKING, None)


def _remember(response: Response) -> Response:
    """Keep where the first answer led, for whoever sends the form again."""
    taken = g.get("once_taken")
    if "once_kept" in g and response.status_code in {302, 303}:
        place = response.headers.get("Location", "")
        if len(place) <= _LONGEST:
            with transaction() as session:
                session.connection().execute(
                    PostedForm.__table__.update().where(PostedForm.digest == taken).values(location=place)
                )
    return response


def _again(_replayed: Replayed) -> Response:
    """Where the first answer led; while that is still being worked out, the page shown last."""
    row = db.session.get(PostedForm, g.once_taken)
    place = row.location if row is not None else None
    flash(_("这份表单此前已经提交并办理，没有重复办理。"), "info")
    answer: Response = make_response(redirect(place or memory.last_page() or fab().get_url_for_index, 303))
    return answer


def register(app: Flask) -> None:
    """Let every transaction that a posted form opens ask first."""
    app.jinja_env.globals["once"] = field
    app.register_error_handler(Replayed, _again)
    app.after_request(_remember)
    if _spend not in OPENED:
        OPENED.append(_spend)
        event.listen(Session, "after_commit", _committed)
        event.listen(Session, "after_rollback", _rolled_back)
