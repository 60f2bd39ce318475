"""The jobs of a batch: try it, and take it in; each for whoever asked, with the posts he holds by then."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.foundation import access, jobs
from app.foundation.database import db, transaction
from app.kernel.errors import N_, AccessDenied, NotSeen, Refusal
from app.plugins.imports import plan, queries, service
from app.plugins.imports.limits import limits
from app.plugins.imports.models import READ, UPLOADED, ImportBatch
from app.plugins.imports.plan import Item, Planner

READING, CHECKING, STORING = N_("正在读取文件"), N_("正在逐份核对"), N_("正在写入")
NO_LONGER = N_("上传人的岗位已经不能办理这个批次。")


def declare(app: Flask) -> None:
    """Say that this app can do them."""
    kinds = (
        (service.TRY, _l("试读摸底调查工作簿"), try_out),
        (service.TAKE_IN, _l("导入摸底调查表"), take_in),
    )
    for name, title, run in kinds:
        jobs.declare(app, jobs.Kind(name, title, run, attempts=3, lease=120, on_behalf=True))


def try_out(work: jobs.Work) -> None:
    """Read the files, judge every sheet, write down what it would come to; nothing of the survey is touched.

    Raises:
        GiveUp: the batch is not the person's any more.
    """
    actor = access.current_actor()
    batch = _batch(work)
    if batch.state != UPLOADED:
        return
    try:
        found = _items(work, batch)
        sites = plan.ensure_fits(found, limits())
    except Refusal as refusal:
        with transaction():
            service.refuse(_locked(batch.id), refusal, actor=actor)
        return
    planned = []
    for piece in Planner(found, actor, hand_in=batch.hand_in).pieces(found):
        planned += piece
        db.session.expunge_all()
        work.progress(len(planned), len(found), CHECKING)
    with transaction():
        service.tried(_locked(batch.id), planned, sites, actor=actor)


def take_in(work: jobs.Work) -> None:
    """Judge once more what was found good, and store it piece by piece; begun again, it goes on where it stopped.

    Raises:
        GiveUp: the batch is not the person's any more.
    """
    actor = access.current_actor()
    batch = _batch(work)
    if batch.state != READ:
        return
    found = _items(work, batch)
    waiting = {number: line.id for number, line in queries.open_lines(batch).items()}
    planner, done = Planner(found, actor, hand_in=batch.hand_in), 0
    pieces = planner.pieces(found, waiting.__contains__)
    while True:
        with transaction():
            piece = next(pieces, None)
            if piece is None:
                break
            lines = queries.lines_by_id([waiting[place] for place, _one in piece])
            pairs = [(lines[waiting[place]], one) for place, one in piece]
            service.take_in(_locked(batch.id), pairs, actor=actor)
        done += len(piece)
        db.session.expunge_all()
        work.progress(done, len(waiting), STORING)
    with transaction():
        service.finished(_locked(batch.id), actor=actor)


def _batch(work: jobs.Work) -> ImportBatch:
    try:
        batch = queries.get(int(work.payload["batch"]))
        access.require(access.current_actor(), "import", "run", batch)
    except (AccessDenied, NotSeen):
        raise jobs.GiveUp(NO_LONGER) from None
    return batch


def _locked(pk: int) -> ImportBatch:
    """The batch as it stands now, held until the transaction ends."""
    statement = select(ImportBatch).where(ImportBatch.id == pk).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def _items(work: jobs.Work, batch: ImportBatch) -> list[Item]:
    found: list[Item] = []
    files = queries.contents(batch)
    for count, (one, content) in enumerate(files):
        work.progress(count, len(files), READING)
        found += plan.items(one.number, content, limits())
    return found
