"""What an archive says of itself, under a seal that needs the audit key; keys appear as keyed digests only."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from app.foundation.backup.errors import BackupRefused

FORMAT = 1
AUDIT, DATA = "BIANBAN_AUDIT_KEY", "BIANBAN_DATA_KEYS"


@dataclass(frozen=True)
class Member:
    """One file of the archive: its bytes."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Holdings:
    """What a database holds at one moment."""

    revision: str
    rows: Mapping[str, int]
    audit_count: int
    audit_head: str


@dataclass(frozen=True)
class Manifest:
    """``kind`` is the database's; ``role`` PostgreSQL's restricted role; ``faults`` what was wrong already then."""

    created_at: str
    program: str
    kind: str
    role: str
    holdings: Holdings
    keys: Mapping[str, list[str]]
    members: Mapping[str, Member]
    faults: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def uploads(self) -> int:
        """How many uploaded files are in it."""
        return sum(name.startswith("uploads/") for name in self.members)


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _seal(audit_key: str, document: Mapping[str, Any]) -> str:
    return hmac.new(audit_key.encode(), b"bianban-backup:" + _canonical(document), sha256).hexdigest()


def fingerprints(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """The present keys as they may be written down: each keys a digest of its own purpose."""

    def one(key: str, name: str) -> str:
        return hmac.new(key.encode(), f"bianban-backup-key:{name}".encode(), sha256).hexdigest()[:16]

    return {
        AUDIT: [one(str(config["AUDIT_KEY"]), AUDIT)],
        DATA: [one(str(key), DATA) for key in config["DATA_KEYS"]],
    }


def missing_keys(manifest: Manifest, config: Mapping[str, Any]) -> list[str]:
    """A sentence for each key that the archive needs and the environment does not have."""
    here = fingerprints(config)
    faults = []
    if set(manifest.keys.get(AUDIT, ())) - set(here[AUDIT]):
        faults.append(
            f"{AUDIT} 与备份时的不同（备份 {manifest.keys[AUDIT][0]}，现在 {here[AUDIT][0]}）：操作记录将无法核验，"
            "请给出备份时的密钥。"
        )
    lacking = [one for one in manifest.keys.get(DATA, ()) if one not in here[DATA]]
    if lacking:
        faults.append(
            f"{DATA} 中缺少备份时的密钥 {'、'.join(lacking)}：加密的个人信息将无法解开，"
            "请把当时的密钥补在后面（新的在前）。"
        )
    return faults


def write(manifest: Manifest, audit_key: str) -> bytes:
    """The manifest as it stands in the archive."""
    document = asdict(manifest)
    return json.dumps(
        {"manifest": document, "seal": _seal(audit_key, document)}, ensure_ascii=False, indent=1
    ).encode()


def read(content: bytes) -> tuple[Manifest, str]:
    """The manifest and its seal.

    Raises:
        BackupRefused: it cannot be read, or another version of the program wrote another format.
    """
    try:
        found = json.loads(content)
        document, seal = dict(found["manifest"]), str(found["seal"])
        version = document["format"]
        if version == FORMAT:
            document["holdings"] = Holdings(**document["holdings"])
            document["members"] = {name: Member(**one) for name, one in document["members"].items()}
            return Manifest(**document), seal
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused(f"备份清单无法读取（{error}）。文件可能被改动，请换用另一份备份。") from error
    raise BackupRefused(f"备份格式为第 {version} 版，本程序只认第 {FORMAT} 版：请用制作它的程序版本恢复。")


def sealed(manifest: Manifest, seal: str, audit_key: str) -> bool:
    """Whether the manifest is what somebody with the audit key wrote."""
    return hmac.compare_digest(seal, _seal(audit_key, asdict(manifest)))
