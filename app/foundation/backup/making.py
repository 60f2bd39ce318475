"""Making a backup while people work.

The order is what makes it consistent: the head kept outside the database is read first, so that it is never ahead of
the copy; then, while nobody can commit an upload or its removal, the snapshot begins and the uploads it names are
pinned; then everybody goes on, and the snapshot is copied at leisure.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app

from app.foundation import clock
from app.foundation.audit import service as audit_service
from app.foundation.backup import archive, contents, manifest, materials, program, stores, workplace
from app.foundation.backup.contents import Upload
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Holdings, Manifest
from app.foundation.backup.progress import Progress
from app.foundation.database import db
from app.foundation.jobs import results

FOLDER = "backups"
SUFFIX = ".tar.gz"


@dataclass(frozen=True)
class Made:
    """A backup that is there."""

    path: Path
    manifest: Manifest


@dataclass(frozen=True)
class _Taken:
    """What was taken of the running platform."""

    holdings: Holdings
    uploads: list[Upload]
    results: list[str]
    outside: bytes | None
    faults: list[str]


def create(target: Path | None, progress: Progress, *, allow_faults: bool = False) -> Made:
    """Write a backup to ``target`` (a new file, a folder, or by default the instance's own).

    Raises:
        BackupRefused: it was not made, and nothing of it remains.
    """
    moment = clock.wall()
    path = _destination(target, moment)
    folder = materials.uploads_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = stores.of(db.engine)
    if not store.occupied():
        raise BackupRefused(
            "数据库是空的，没有可备份的内容。请先运行 flask db upgrade，或者检查 DATABASE_URL。"
        )
    with workplace.fresh(path.parent) as work, workplace.fresh(folder) as pins:
        taken = _take(store, work / store.member, folder, pins, progress)
        if not allow_faults:
            _refuse(taken.faults)
        made = _write(store, work, pins, taken, moment, progress)
        if not allow_faults:
            _refuse(made.faults)
        _publish(work / "archive", path)
    return Made(path, made)


def _destination(target: Path | None, moment: datetime) -> Path:
    name = f"bianban-{clock.localise(moment):%Y%m%d-%H%M%S}{SUFFIX}"
    if target is None:
        target = Path(current_app.config["INSTANCE_DIR"]) / FOLDER
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = target / name if target.is_dir() else target
    if path.exists() or path.is_symlink():
        raise BackupRefused(f"已有同名文件，不覆盖：{path}。请换一个名字，或者先移走它。")
    if not path.parent.is_dir():
        raise BackupRefused(f"没有这个目录：{path.parent}。请先建立它。")
    return path.absolute()


def _take(store: stores.Store, copy: Path, folder: Path, pins: Path, progress: Progress) -> _Taken:
    outside = audit_service.outside_head()
    materials.pin_most(folder, pins, progress)
    with ExitStack() as reading:
        with store.held():
            snapshot = reading.enter_context(store.snapshot())
            uploads = contents.uploads(snapshot)
            missing = materials.pin((one.stored_name for one in uploads), folder, pins)
        left = contents.results(snapshot)
        materials.pin(left, results.folder(), pins)
        faults = [f"缺少{materials.describe(missing)}。"] if missing else []
        faults += contents.audit_faults(snapshot, outside)
        holdings = contents.holdings(snapshot, progress)
        store.dump(snapshot, copy, progress)
    return _Taken(holdings, uploads, left, outside, faults)


def _write(
    store: stores.Store, work: Path, pins: Path, taken: _Taken, moment: datetime, progress: Progress
) -> Manifest:
    config = current_app.config
    descriptor = os.open(work / "archive", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as stream,
        archive.writing(stream, moment.timestamp(), progress) as writer,
    ):
        writer.add_file(store.member, work / store.member)
        damaged = materials.pack(taken.uploads, pins, writer)
        materials.pack_results(taken.results, pins, writer)
        if taken.outside is not None:
            writer.add_bytes(archive.AUDIT_HEAD, taken.outside)
        made = Manifest(
            created_at=moment.isoformat(timespec="seconds"),
            program=program.revision(Path(current_app.root_path).parent),
            kind=store.kind,
            role=store.role,
            holdings=taken.holdings,
            keys=manifest.fingerprints(config),
            members=dict(writer.members),
            faults=[*taken.faults, *([f"与记录不符：{materials.describe(damaged)}。"] if damaged else [])],
        )
        made.faults.extend(stores.FAULTS[store.member](work / store.member, made, progress))
        writer.add_bytes(archive.MANIFEST, manifest.write(made, str(config["AUDIT_KEY"])))
    return made


def _refuse(faults: list[str]) -> None:
    if faults:
        raise BackupRefused(
            *faults,
            "没有备份。请先查明原因（材料可从以前的备份找回）；确须照现状备份的，加 --allow-faults，问题将记入清单。",
        )


def _publish(whole: Path, path: Path) -> None:
    """Give the finished file its name, so that it is there after a power cut too."""
    with whole.open("rb") as handle:
        os.fsync(handle.fileno())
    try:
        os.link(whole, path)  # unlike a renaming, this never takes another file's place
    except FileExistsError as error:
        raise BackupRefused(f"已有同名文件，不覆盖：{path}。") from error
    except OSError:  # a file system without hard links
        whole.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
