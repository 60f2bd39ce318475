"""Restoring into a fresh place, and proving it; what fails is undone altogether.

Uploads and the outside head come first, the database last and in one transaction: whoever finds tables finds all.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from app.foundation import health, upgrades
from app.foundation.audit import service as audit_service
from app.foundation.backup import archive, checking, contents, materials, stores, workplace
from app.foundation.backup.checking import Checked
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Manifest
from app.foundation.backup.progress import Progress
from app.foundation.database import AS_OWNER, db
from app.foundation.jobs import results


def restore(path: Path, progress: Progress, *, allow_faults: bool = False) -> tuple[Manifest, list[str]]:
    """Put everything back.

    Returns:
        What was restored, and what is wrong with it (only with ``allow_faults``).

    Raises:
        BackupRefused: it was not restored, and the place is as empty as before.
    """
    store = stores.of(db.engine)
    ensure_fresh(store)
    with upgrades.alone(db.engine), checking.room(path) as work:
        ensure_fresh(store)  # whoever held the lock before may have filled it
        checked = checking.verify(path, work, progress)
        _ensure_fitting(checked, store)
        if checked.manifest.faults and not allow_faults:
            raise BackupRefused(
                "备份时已有以下问题：", *checked.manifest.faults, "仍要恢复的，加 --allow-faults。"
            )
        store.ready(checked.manifest)
        with ExitStack() as undo:
            _lay_out(checked, undo, progress)
            undo.callback(store.wipe)
            store.load(work / store.member, progress)
            faults = prove(checked.manifest, progress)
            if faults and not allow_faults:
                raise BackupRefused("恢复后的核验没有通过，已全部撤销：", *faults)
            undo.pop_all()
    return checked.manifest, faults


def ensure_fresh(store: stores.Store) -> None:
    """Only an empty place is restored into.

    Raises:
        BackupRefused: with what is there and how to go about it.
    """
    said = []
    if store.occupied():
        said.append(
            "数据库不是空的。请把 DATABASE_URL（或者 BIANBAN_INSTANCE）指向新建的空库，不要在原库上恢复。"
        )
    folder = materials.uploads_folder()
    if folder.is_dir():
        workplace.sweep(folder)
    if materials.occupied(folder):
        said.append(f"材料目录不是空的：{folder}。请先移走其中的文件，或者用 BIANBAN_UPLOADS 指向空目录。")
    if materials.occupied(results.folder()):
        said.append(f"任务结果目录不是空的：{results.folder()}。请先移走其中的文件。")
    if audit_service.outside_head() is not None:
        said.append(
            "数据目录中已有库外链头文件 audit.head。它属于原来的库，请移走留存，或者用 BIANBAN_INSTANCE 指向新目录。"
        )
    if said:
        raise BackupRefused("只能恢复到空的地方，没有作任何改动：", *said)


def _ensure_fitting(checked: Checked, store: stores.Store) -> None:
    """The keys are here, the database is of the same kind, and this program knows the revision."""
    promised = checked.manifest
    if checked.keys:
        raise BackupRefused("密钥不符，没有恢复：", *checked.keys)
    if promised.kind != store.kind:
        raise BackupRefused(
            f"这是 {promised.kind} 的备份，现在的数据库是 {store.kind}：请把 DATABASE_URL 指向同类的空库。"
        )
    revisions = tuple(one for one in promised.holdings.revision.split(",") if one)
    if not revisions or health.unknown(revisions):
        here = "、".join(health.expected_revision())
        raise BackupRefused(
            f"备份的结构版本是 {promised.holdings.revision or '无'}，本程序是 {here}，不认识它："
            f"请用制作备份的程序版本（{promised.program}）或者更新的版本恢复。"
        )


def _lay_out(checked: Checked, undo: ExitStack, progress: Progress) -> None:
    """Files and outside head into their places; the database's copy lies in the work folder already."""
    materials.uploads_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    promised = checked.manifest.members
    undo.callback(materials.remove, promised)
    heads = bytearray()

    def take(name: str, _size: int, stream: archive.Digesting) -> None:
        target = materials.target_of(name)
        if target is not None and name in promised:
            materials.unpack(stream, target)
        elif name == archive.AUDIT_HEAD:
            heads.extend(stream.read())

    found = archive.read(checked.path, take, progress)
    del found[archive.MANIFEST]
    if found != promised:
        raise BackupRefused("备份文件在恢复时被改动，没有恢复。请重新核验后再试。")
    if archive.AUDIT_HEAD in found:
        undo.callback(audit_service.remove_outside_head)
        audit_service.put_outside_head(bytes(heads))


def prove(promised: Manifest, progress: Progress) -> list[str]:
    """Row counts, revision and head as promised; every key points to something; uploads and the record are whole."""
    with db.engine.connect().execution_options(**AS_OWNER) as connection:
        faults = list(contents.compare(contents.holdings(connection, progress), promised.holdings))
        faults += contents.orphans(connection, progress)
        faults += materials.faults(contents.uploads(connection), promised.members)
    try:
        faults += [f"操作记录核验：{fault}" for fault in audit_service.verify()]
    finally:
        db.session.remove()
    return faults
