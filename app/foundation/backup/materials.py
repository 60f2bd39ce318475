"""The files of a backup: uploads pinned while nobody can throw one away, so that every row has its bytes.

A file is written before its row is committed and removed after its row's deletion is: whoever sees a row while no
deletion can be committed finds its bytes. A hard link keeps them until they are in the archive; they never change.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from flask import current_app

from app.foundation.backup import archive
from app.foundation.backup.contents import SHOWN, Upload
from app.foundation.backup.manifest import Member
from app.foundation.backup.progress import Progress
from app.foundation.backup.workplace import PREFIX
from app.foundation.jobs import results


def uploads_folder() -> Path:
    """Where uploads lie."""
    return Path(current_app.config["UPLOADS_DIR"])


def place(folder: Path, stored_name: str) -> Path:
    """Where the bytes of an upload or a result lie."""
    return folder / stored_name[:2] / stored_name


def pin_most(folder: Path, pins: Path, progress: Progress) -> None:
    """Pin whatever lies there, before anybody has to wait; some of it may turn out not to be needed."""
    number = 0
    for shelf in folder.iterdir():
        if len(shelf.name) != 2 or not shelf.is_dir():
            continue
        for path in shelf.iterdir():
            number += 1
            progress.note("登记材料", number)
            _pin(path, pins / path.name)


def pin(wanted: Iterable[str], folder: Path, pins: Path) -> list[str]:
    """Pin what the snapshot names and is not pinned yet; the names of those whose bytes are missing."""
    missing = []
    for name in wanted:
        target = pins / name
        if not target.exists() and not _pin(place(folder, name), target):
            missing.append(name)
    return missing


def _pin(path: Path, target: Path) -> bool:
    try:
        os.link(path, target)
    except FileExistsError:
        return True
    except FileNotFoundError:
        return False
    except OSError:  # a file system without hard links
        try:
            shutil.copyfile(path, target)
        except FileNotFoundError:
            target.unlink(missing_ok=True)
            return False
    return True


def pack(wanted: list[Upload], pins: Path, writer: archive.Writer) -> list[str]:
    """Write the pinned files into the archive; the names of those that are not what their rows say."""
    damaged = []
    for one in wanted:
        path = pins / one.stored_name
        if not path.exists():
            continue
        name = archive.kept_name(archive.UPLOADS, one.stored_name)
        if writer.add_file(name, path) != Member(one.size, one.sha256):
            damaged.append(one.stored_name)
    return damaged


def pack_results(wanted: list[str], pins: Path, writer: archive.Writer) -> None:
    """Write those results that are still there: one whose time was over is nobody's loss."""
    for name in wanted:
        if (pins / name).exists():
            writer.add_file(archive.kept_name(archive.RESULTS, name), pins / name)


def occupied(folder: Path) -> bool:
    """Whether anything lies in a folder of uploads or results."""
    return folder.is_dir() and any(not path.name.startswith(PREFIX) for path in folder.iterdir())


def target_of(name: str) -> Path | None:
    """Where a member of the archive belongs, when it is an upload or a result."""
    for shelf, folder in ((archive.UPLOADS, uploads_folder()), (archive.RESULTS, results.folder())):
        if name.startswith(shelf) and archive.allowed(name):
            return folder / name.removeprefix(shelf)
    return None


def unpack(stream: archive.Digesting, target: Path) -> None:
    """Put one file of the archive into its place, as ``files.store`` would."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        while chunk := stream.read(archive.CHUNK):
            handle.write(chunk)
        handle.flush()
        os.fsync(handle.fileno())


def remove(names: Iterable[str]) -> None:
    """Take away what ``unpack`` has put there."""
    for name in names:
        target = target_of(name)
        if target is not None:
            target.unlink(missing_ok=True)
            with suppress(OSError):  # others of the shelf are still there
                target.parent.rmdir()
    with suppress(OSError):  # not empty, or never there
        results.folder().rmdir()


def faults(known: list[Upload], members: Mapping[str, Member]) -> Iterator[str]:
    """Where the restored files are not what the restored rows say."""
    folder = uploads_folder()
    lacking = [one.stored_name for one in known if not place(folder, one.stored_name).is_file()]
    if lacking:
        yield f"缺少 {describe(lacking)}。"
    names = {
        archive.kept_name(archive.UPLOADS, one.stored_name): Member(one.size, one.sha256) for one in known
    }
    stored = {name: one for name, one in members.items() if name.startswith(archive.UPLOADS)}
    other = [name for name, one in stored.items() if names.get(name) != one]
    if other:
        yield f"与记录不符：{describe(other)}。"


def describe(names: list[str]) -> str:
    """A few of the names, and how many there are."""
    more = " 等" if len(names) > SHOWN else ""
    return f"材料 {'、'.join(names[:SHOWN])}{more}（共 {len(names)} 件）"
