"""One file: a gzipped tar whose last member is the manifest. Only names on the list are written or read."""

from __future__ import annotations

import gzip
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO

from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Member
from app.foundation.backup.progress import Progress

MANIFEST = "manifest.json"
AUDIT_HEAD = "audit.head"
UPLOADS = "uploads/"  # what people handed in
RESULTS = "results/"  # what jobs left for whoever waits
DATABASES = ("database.sqlite3", "database.dump")
CHUNK = 1024 * 1024
LEVEL = 3  # scans and dumps are packed already: more effort costs hours and saves little
MANIFEST_LIMIT = 512 * CHUNK
_KEPT = re.compile(r"(?:uploads|results)/([0-9A-Za-z_-]{2})/(\1[0-9A-Za-z_-]{0,62})\Z")
_DAMAGED = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeError, ValueError, OverflowError)


class Passed:
    """How many bytes went by so far, told now and then."""

    def __init__(self, what: str, progress: Progress) -> None:
        self._what = what
        self._progress = progress
        self._bytes = 0

    def __call__(self, size: int) -> None:
        self._bytes += size
        self._progress.note(self._what, self._bytes >> 20)


class Digesting:
    """A readable stream that remembers how much was read and its SHA-256."""

    def __init__(self, stream: IO[bytes], passed: Passed) -> None:
        self._stream = stream
        self._passed = passed
        self._digest = sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        self.size += len(chunk)
        self._passed(len(chunk))
        return chunk

    def member(self) -> Member:
        """What was read."""
        return Member(self.size, self._digest.hexdigest())


def kept_name(shelf: str, stored_name: str) -> str:
    """Where an upload or a result stands in the archive."""
    return f"{shelf}{stored_name[:2]}/{stored_name}"


def allowed(name: str) -> bool:
    """Whether a member may have this name: none that leads out of its folder is on the list."""
    return name in (MANIFEST, AUDIT_HEAD, *DATABASES) or _KEPT.match(name) is not None


class Writer:
    """Adds members one after the other and keeps what the manifest has to say of them."""

    def __init__(self, tar: tarfile.TarFile, moment: float, progress: Progress) -> None:
        self._tar = tar
        self._moment = moment
        self._passed = Passed("写入备份（MB）", progress)
        self.members: dict[str, Member] = {}

    def add(self, name: str, stream: IO[bytes], size: int) -> Member:
        """Copy ``size`` bytes of the stream in."""
        if not allowed(name) or name in self.members:
            raise ValueError(f"no member of a backup: {name}")
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(self._moment)
        digesting = Digesting(stream, self._passed)
        self._tar.addfile(info, digesting)
        _forget(self._tar)
        self.members[name] = digesting.member()
        return self.members[name]

    def add_file(self, name: str, path: Path) -> Member:
        """Copy a file in."""
        with path.open("rb") as stream:
            return self.add(name, stream, path.stat().st_size)

    def add_bytes(self, name: str, content: bytes) -> Member:
        """Copy a few bytes in."""
        return self.add(name, BytesIO(content), len(content))


@contextmanager
def writing(stream: IO[bytes], moment: float, progress: Progress) -> Iterator[Writer]:
    """An archive that goes to ``stream`` as it is made."""
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=LEVEL, mtime=moment, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar, moment, progress)


def read(path: Path, take: Callable[[str, int, Digesting], None], progress: Progress) -> dict[str, Member]:
    """Go through an archive once; ``take`` gets each member's name, size and stream, and may leave it unread.

    Returns:
        What each member really holds.

    Raises:
        BackupRefused: it is no archive of ours, is cut off or damaged, or holds what it must not.
    """
    found: dict[str, Member] = {}
    passed = Passed("读取备份（MB）", progress)
    try:
        with gzip.open(path, "rb") as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                while (info := tar.next()) is not None:
                    found[info.name] = _one(tar, info, found, take, passed)
                    _forget(tar)
            while packed.read(CHUNK):  # to the end, where gzip keeps its own check
                pass
    except FileNotFoundError as error:
        raise BackupRefused(f"没有这个文件：{path}") from error
    except _DAMAGED as error:
        raise BackupRefused(
            f"备份文件不完整或者已损坏（{error}）。请重新复制这个文件，或者换用另一份备份。"
        ) from error
    except OSError as error:
        raise BackupRefused(f"读取备份时出错：{error}。请检查磁盘空间和目录权限。") from error
    if list(found)[-1:] != [MANIFEST]:
        raise BackupRefused("备份文件不完整：缺少末尾的清单，制作或者复制时中断过。请换用另一份备份。")
    return found


def _forget(tar: tarfile.TarFile) -> None:
    """A stream needs no list of what went by, and that of a million files is long."""
    tar.members.clear()  # type: ignore[attr-defined]  # documented nowhere, there since Python 2


def _one(
    tar: tarfile.TarFile,
    info: tarfile.TarInfo,
    found: dict[str, Member],
    take: Callable[[str, int, Digesting], None],
    passed: Passed,
) -> Member:
    plain = info.type == tarfile.REGTYPE and not info.issparse()
    stream = tar.extractfile(info) if plain else None
    if stream is None or not allowed(info.name) or info.name in found:
        raise BackupRefused(
            f"备份文件中有不该有的内容：{info.name!r}。它不是本程序制作的，或者被改动过，请勿恢复。"
        )
    digesting = Digesting(stream, passed)
    take(info.name, info.size, digesting)
    while digesting.read(CHUNK):
        pass
    return digesting.member()
