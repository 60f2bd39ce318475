"""Reading an archive through, without restoring it: whole, sealed, and a database copy that is in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.foundation.backup import archive, manifest, materials, stores, workplace
from app.foundation.backup.errors import BackupRefused
from app.foundation.backup.manifest import Manifest, Member
from app.foundation.backup.progress import Progress


@dataclass(frozen=True)
class Checked:
    """An archive that was read through. ``keys`` says which keys the present environment lacks for it."""

    path: Path
    manifest: Manifest
    keys: list[str]


def verify(path: Path, work: Path, progress: Progress) -> Checked:
    """Check every member, the seal and the database's copy (laid in ``work`` meanwhile).

    Raises:
        BackupRefused: with a sentence for everything that is wrong.
    """
    content = bytearray()

    def take(name: str, size: int, stream: archive.Digesting) -> None:
        if name in archive.DATABASES:
            spool(stream, work / name)
        elif name == archive.MANIFEST:
            if size > archive.MANIFEST_LIMIT:
                raise BackupRefused("备份清单过大，不是本程序制作的。")
            while chunk := stream.read(archive.CHUNK):
                content.extend(chunk)

    found = archive.read(path, take, progress)
    promised, seal = manifest.read(bytes(content))
    del found[archive.MANIFEST]
    keys = manifest.missing_keys(promised, current_app.config)
    faults = [*_sealed(promised, seal), *_differences(found, promised)]
    if not faults:
        member = stores.MEMBERS[promised.kind]
        told = stores.FAULTS[member](work / member, promised, progress)
        faults = [fault for fault in told if fault not in promised.faults]
    if faults:
        raise BackupRefused(*faults)
    return Checked(path, promised, keys)


def spool(stream: archive.Digesting, path: Path) -> None:
    """Lay a member into a folder of ours."""
    with path.open("wb") as handle:
        while chunk := stream.read(archive.CHUNK):
            handle.write(chunk)


def _sealed(promised: Manifest, seal: str) -> Iterator[str]:
    here = manifest.fingerprints(current_app.config)
    if promised.keys.get(manifest.AUDIT) != here[manifest.AUDIT]:
        return  # said by the keys: the seal cannot be judged without the key it was made with
    if not manifest.sealed(promised, seal, str(current_app.config["AUDIT_KEY"])):
        yield "备份清单的封签不符：清单在制作之后被改动过，请勿恢复，换用另一份备份并查明原因。"


def _differences(found: dict[str, Member], promised: Manifest) -> Iterator[str]:
    wanted = stores.MEMBERS.get(promised.kind)
    if wanted is None or wanted not in promised.members:
        yield "备份清单没有写明数据库副本，不是本程序制作的。"
    lacking = sorted(promised.members.keys() - found.keys())
    added = sorted(found.keys() - promised.members.keys())
    altered = sorted(
        name for name in found.keys() & promised.members.keys() if found[name] != promised.members[name]
    )
    for names, said in (
        (lacking, "清单所列而文件中没有"),
        (added, "文件中有而清单未列"),
        (altered, "内容与清单不符（被改动或者损坏）"),
    ):
        if names:
            more = f" 等 {len(names)} 项" if len(names) > materials.SHOWN else ""
            yield f"{said}：{'、'.join(names[: materials.SHOWN])}{more}。请换用另一份备份。"


@contextmanager
def room(path: Path) -> Iterator[Path]:
    """A folder for the database's copy: in the instance's folder, which may hold a database anyway."""
    folder = Path(current_app.config["INSTANCE_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    with workplace.fresh(folder) as work:
        yield work
