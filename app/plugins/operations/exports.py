"""Exports that take longer than a page may: offered, put to work for whoever asks, and theirs alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Response, send_file, url_for

from app.foundation import access, jobs
from app.foundation.access import Actor, Facts
from app.foundation.access.facts import facts_of
from app.foundation.admin.headers import FILE_POLICY
from app.foundation.jobs import Job
from app.kernel.errors import N_, AccessDenied, Refusal
from app.plugins.operations.limits import limit, limits

__all__ = [
    "NO_LONGER",
    "UNREADABLE",
    "WRITING",
    "answer",
    "attached",
    "ensure_fits",
    "ensure_still",
    "limit",
    "long",
    "put",
    "wait_url",
]

# What stands in the job's row is shown to people through the catalogue.
NO_LONGER = N_("申请人的岗位已经不能查看所要导出的内容，没有生成文件。")
TOO_LONG = N_("超过一次可以导出的行数，没有生成文件。请缩小范围分次导出。")
UNREADABLE = N_("加密密钥已经更换，读不出当时的筛选条件，请重新导出。")
WRITING = N_("正在生成文件")


def put(
    kind: str,
    payload: Mapping[str, Any],
    *,
    actor: Actor,
    needs: tuple[str, str, Any],
    path: str,
    total: int | None = None,
) -> Job:
    """Let an export be done for the actor; inside the caller's transaction.

    Args:
        needs: object, act and row that the file's reader must be allowed: asked now, by the export itself when it
            runs, and once more when the file is fetched.
        path: the actor's own office, where the work waits its turn.

    Raises:
        AccessDenied: the actor may not.
        Refusal: as many exports of his are open as may be.
    """
    obj, act, row = needs
    access.require(actor, obj, act, row)
    access.require(actor, obj, act, Facts(path))
    assert actor.person_id is not None  # noqa: S101  (a policy line let him through: he is signed in)
    most = limits().open_at_once
    if sum(one.open for one in jobs.mine(actor.person_id)) >= most:
        raise Refusal(
            "exports-open",
            N_("您已有 %(most)s 项导出正在办理，请等其中一项办完或者取消后再导出。"),
            most=most,
        )
    asked = {**payload, "needs": [obj, act, facts_of(row).review_path]}
    return jobs.put(kind, asked, path=path, key=secrets.token_hex(16), person_id=actor.person_id, total=total)


def long(name: str, rows: int) -> int:
    """The rows, where they are more than a page answers at once; else 0.

    Raises:
        Refusal: more than a file may have.
    """
    allowed = limit(name)
    if rows > allowed.most:
        raise Refusal(
            "export-large", N_("超过 %(most)s 行，一次不能导出，请缩小范围分次导出。"), most=allowed.most
        )
    return rows if rows > allowed.direct else 0


def ensure_fits(name: str, rows: int) -> None:
    """The limit once more, when the work is done.

    Raises:
        GiveUp: more rows than a file may have.
    """
    if rows > limit(name).most:
        raise jobs.GiveUp(TOO_LONG)


def ensure_still(actor: Actor, job: Job) -> None:
    """Whether the file of an export is still the actor's to read.

    Raises:
        AccessDenied: his posts have changed since.
    """
    needs = job.payload.get("needs")
    if not needs:
        return
    obj, act, path = needs
    if not access.can(actor, obj, act, Facts(path)):
        raise AccessDenied("result-no-longer", N_("您的岗位已经变动，不能再查看所导出的内容。"))


def wait_url() -> str:
    """Where whoever asked waits for it, or comes back to."""
    return url_for("OwnJobsView.index")


def answer(name: str, content_type: str, content: bytes) -> Response:
    """A file to take away, kept by no cache."""
    return attached(BytesIO(content), name, content_type)


def attached(source: BytesIO | Path, name: str, content_type: str) -> Response:
    """The same of a file on the disk; whatever is in it, it runs nothing and loads nothing."""
    response = send_file(source, as_attachment=True, download_name=name)
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response
