"""An archive that was altered, cut, or made by somebody else is refused before anything is written anywhere."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.foundation.backup import archive, manifest
from tests.foundation.backup.conftest import Fresh, flask, make_backup, nothing_there

Entry = tuple[tarfile.TarInfo, bytes]


@pytest.fixture
def database_kind() -> str:
    """The container is the same on both databases."""
    return "sqlite"


def unpacked(path: Path) -> list[Entry]:
    with tarfile.open(path, "r:gz") as tar:
        return [(info, tar.extractfile(info).read()) for info in tar.getmembers()]  # type: ignore[union-attr]


def packed(path: Path, entries: list[Entry]) -> Path:
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for info, content in entries:
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return path


def extra(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Entry:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b"x" if kind == tarfile.REGTYPE else b""


def refused(app: Flask, path: Path, said: str) -> None:
    for command in ("verify", "restore"):
        answer = flask(app, "backup", command, path)
        assert answer.exit_code == 1, answer.output
        assert said in answer.output
    assert nothing_there(app)


@pytest.mark.parametrize("name", ["database.sqlite3", "uploads/", "audit.head"])
def test_an_altered_member_is_named(busy: Flask, fresh: Fresh, tmp_path: Path, name: str) -> None:
    entries = unpacked(make_backup(busy, tmp_path / "one"))
    at = next(place for place, (info, _content) in enumerate(entries) if info.name.startswith(name))
    content = bytearray(entries[at][1])
    content[len(content) // 2] ^= 1
    entries[at] = (entries[at][0], bytes(content))
    refused(fresh(), packed(tmp_path / "two", entries), entries[at][0].name)


def test_a_member_taken_out_or_put_in_is_named(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    entries = unpacked(make_backup(busy, tmp_path / "one"))
    upload = next(info.name for info, _content in entries if info.name.startswith("uploads/"))
    without = [entry for entry in entries if entry[0].name != upload]
    refused(fresh(), packed(tmp_path / "two", without), upload)
    more = [extra("uploads/zz/zzzz"), *entries]
    refused(fresh(), packed(tmp_path / "three", more), "uploads/zz/zzzz")


def test_whoever_alters_the_manifest_too_lacks_the_seal(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    entries = unpacked(make_backup(busy, tmp_path / "one"))
    database, (info, content) = entries[0], entries[-1]
    altered = database[1].replace("武陵".encode(), "鼎城".encode()) + b""
    spoilt = altered[:-1] + bytes([altered[-1] ^ 1])
    document = json.loads(content)
    from hashlib import sha256

    document["manifest"]["members"][database[0].name]["sha256"] = sha256(spoilt).hexdigest()
    forged = [(database[0], spoilt), *entries[1:-1], (info, json.dumps(document).encode())]
    refused(fresh(), packed(tmp_path / "two", forged), "封签不符")


@pytest.mark.parametrize(
    "entry",
    [
        extra("../escaped"),
        extra("/escaped"),
        extra("uploads/../escaped"),
        extra("uploads/ab/../../escaped"),
        extra("uploads/ab/ab/cd"),
        extra("uploads/ab/cd34"),
        extra("uploads/ab/ab.pdf"),
        extra("secrets.json"),
        extra("uploads/ab/abcd", tarfile.SYMTYPE, "/"),
        extra("uploads/ab/abcd", tarfile.LNKTYPE, "database.sqlite3"),
        extra("uploads/ab", tarfile.DIRTYPE),
        extra("uploads/ab/abcd", tarfile.FIFOTYPE),
        extra("audit.head\n"),
    ],
    ids=lambda entry: repr(entry[0].name) + entry[0].type.decode(),
)
def test_a_member_that_would_lead_elsewhere_is_refused(
    busy: Flask, fresh: Fresh, tmp_path: Path, entry: Entry
) -> None:
    entries = unpacked(make_backup(busy, tmp_path / "one"))
    refused(fresh(), packed(tmp_path / "two", [entry, *entries]), "不该有的内容")
    assert not list(tmp_path.rglob("*escaped*"))


def test_a_member_that_comes_twice_is_refused(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    entries = unpacked(make_backup(busy, tmp_path / "one"))
    refused(fresh(), packed(tmp_path / "two", [entries[0], *entries]), "不该有的内容")


Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, tuple[Damage, str]] = {
    "cut in half": (lambda raw: raw[: len(raw) // 2], "不完整"),
    "the last byte missing": (lambda raw: raw[:-1], "不完整"),
    "a bit turned": (lambda raw: raw[:9000] + bytes([raw[9000] ^ 4]) + raw[9001:], ""),
    "empty": (lambda _raw: b"", "不完整"),
    "no archive": (lambda _raw: b"%PDF-1.4 this is a letter" * 100, "不完整"),
    "a tar of nothing": (lambda _raw: gzip.compress(bytes(10240)), "缺少末尾的清单"),
    "the manifest cut off": (
        lambda raw: gzip.compress(gzip.decompress(raw).partition(b"manifest.json")[0][:-512]), "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused(busy: Flask, fresh: Fresh, tmp_path: Path, damage: str) -> None:
    act, said = DAMAGES[damage]
    raw = make_backup(busy, tmp_path / "one").read_bytes()
    (tmp_path / "two").write_bytes(act(raw))
    refused(fresh(), tmp_path / "two", said)


def test_a_file_that_is_not_there_is_said(fresh: Fresh, tmp_path: Path) -> None:
    refused(fresh(), tmp_path / "nowhere", "没有这个文件")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "无法读取"),
        (b"[]", "无法读取"),
        (b'{"manifest": {"format": 1}, "seal": ""}', "无法读取"),
        (b'{"manifest": {"format": 99}, "seal": ""}', "第 99 版"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_said(
    busy: Flask, fresh: Fresh, tmp_path: Path, content: bytes, said: str
) -> None:
    entries = unpacked(make_backup(busy, tmp_path / "one"))
    refused(fresh(), packed(tmp_path / "two", [*entries[:-1], (entries[-1][0], content)]), said)


def test_names_of_uploads_are_the_only_free_ones() -> None:
    assert archive.allowed(archive.kept_name(archive.UPLOADS, "0f" * 16))
    assert not archive.allowed("uploads/0f/1f00")
    assert not archive.allowed("uploads/0f/0f00\n")


def test_the_seal_and_the_fingerprints_need_the_key() -> None:
    found = manifest.Manifest(
        "2014-11-24T01:00:00+00:00", "1", "sqlite", "", manifest.Holdings("1", {}, 0, ""), {}, {}
    )
    read, seal = manifest.read(manifest.write(found, "key"))
    assert read == found
    assert manifest.sealed(read, seal, "key")
    assert not manifest.sealed(read, seal, "other")
    one = manifest.fingerprints({"AUDIT_KEY": "same", "DATA_KEYS": ["same", "more"]})
    assert len({*one[manifest.AUDIT], *one[manifest.DATA]}) == 3, "a key has another digest for each purpose"
