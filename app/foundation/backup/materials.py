"""The uploads of a backup: pinned while nobody can throw one away, so that every row has its bytes.

A file is written before its row is committed and removed after its row's deletion is: whoever sees a row while no
deletion can be committed finds its bytes. A hard link keeps them until they are in the archive; they never change.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from app.foundation.backup import archive
from app.foundation.backup.contents import SHOWN, Upload
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Member
from app.foundation.backup.progress import Progress
from app.foundation.backup.workplace import PREFIX


def place(folder: Path, stored_name: str) -> Path:
    """Where the bytes of an upload lie."""
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


def pin(wanted: Iterable[Upload], folder: Path, pins: Path) -> list[str]:
    """Pin what the snapshot names and is not pinned yet; the names of those whose bytes are missing."""
    missing = []
    for one in wanted:
        target = pins / one.stored_name
        if not target.exists() and not _pin(place(folder, one.stored_name), target):
            missing.append(one.stored_name)
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


def pack(wanted: list[Upload], pins: Path, writer: archive.Writer, progress: Progress) -> list[str]:
    """Write the pinned files into the archive; the names of those that are not what their rows say."""
    damaged = []
    for number, one in enumerate(wanted):
        progress.note("写入材料", number, len(wanted))
        path = pins / one.stored_name
        if not path.exists():
            continue
        if writer.add_file(archive.upload_name(one.stored_name), path) != Member(one.size, one.sha256):
            damaged.append(one.stored_name)
    return damaged


def occupied(folder: Path) -> bool:
    """Whether anything lies in the uploads folder."""
    return folder.is_dir() and any(not path.name.startswith(PREFIX) for path in folder.iterdir())


def unpack(name: str, stream: archive.Digesting, folder: Path) -> None:
    """Put one file of the archive into the uploads folder, as ``files.store`` would."""
    if not archive.allowed(name):
        raise BackupRefused(f"备份文件中有不该有的内容：{name!r}。")
    target = folder / name.removeprefix(archive.UPLOADS)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        while chunk := stream.read(archive.CHUNK):
            handle.write(chunk)
        handle.flush()
        os.fsync(handle.fileno())


def remove(names: Iterable[str], folder: Path) -> None:
    """Take away what ``unpack`` has put there."""
    for name in names:
        if name.startswith(archive.UPLOADS):
            target = folder / name.removeprefix(archive.UPLOADS)
            target.unlink(missing_ok=True)
            with suppress(OSError):  # others of the shelf are still there
                target.parent.rmdir()


def faults(known: list[Upload], members: dict[str, Member], folder: Path) -> Iterator[str]:
    """Where the restored files are not what the restored rows say."""
    lacking = [one.stored_name for one in known if not place(folder, one.stored_name).is_file()]
    if lacking:
        yield f"缺少 {describe(lacking)}。"
    names = {archive.upload_name(one.stored_name): Member(one.size, one.sha256) for one in known}
    stored = {name: one for name, one in members.items() if name.startswith(archive.UPLOADS)}
    other = [name for name, one in stored.items() if names.get(name) != one]
    if other:
        yield f"与记录不符：{describe(other)}。"


def describe(names: list[str]) -> str:
    """A few of the names, and how many there are."""
    more = " 等" if len(names) > SHOWN else ""
    return f"材料 {'、'.join(names[:SHOWN])}{more}（共 {len(names)} 件）"
