"""Files come in whole and lawful or not at all, and follow the transaction they came with."""

from __future__ import annotations

import stat
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from app.foundation import access, audit, files
from app.foundation.access import ForeignWrite
from app.foundation.database import db, transaction
from app.foundation.files import StoredFile, queries
from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy.models import Site
from app.kernel.errors import NotSeen, Refusal
from tests.foundation.files.conftest import PDF, stored_paths
from tests.policies.world import World


def hand_in(parent: Site, content: bytes = PDF, name: str = "盖章摸底表.pdf") -> StoredFile:
    with transaction():
        return files.store(BytesIO(content), name, obj="survey", parent=parent, kind="sealed_sheet")


@pytest.fixture
def portal(world: World) -> Site:
    assert world.portal is not None
    return world.portal


@pytest.mark.usefixtures("as_system")
def test_what_was_handed_in_is_kept_under_a_random_name(portal: Site, uploads: Path) -> None:
    row = hand_in(portal)
    (path,) = stored_paths(uploads)
    assert path.read_bytes() == PDF
    assert path.name == row.stored_name and "盖章" not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (row.name, row.content_type, row.size) == ("盖章摸底表.pdf", "application/pdf", len(PDF))
    assert row.sha256 == sha256(PDF).hexdigest()
    with files.open_(row) as handle:
        assert handle.read() == PDF


@pytest.mark.usefixtures("as_system")
def test_a_file_carries_its_parents_facts_and_filing_desk(portal: Site) -> None:
    """S8: what belongs to a site that another desk files goes to that desk."""
    row = hand_in(portal)
    assert portal.filing_path == "0.43.07.zfwz."
    assert {fact: getattr(row, fact) for fact in FACTS} == {fact: getattr(portal, fact) for fact in FACTS}
    assert row.unit_id == portal.unit_id


@pytest.mark.usefixtures("as_system")
def test_files_are_found_by_what_they_were_handed_in_with(portal: Site) -> None:
    first, second = hand_in(portal), hand_in(portal, PDF + b"2")
    assert queries.of(portal) == [second, first]
    assert queries.of(portal, "sealed_sheet") == [second, first]
    assert queries.of(portal, "letter") == []


@pytest.mark.usefixtures("as_system")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"<html><script>", "file-kind"),
        (b"PK\x03\x04" + PDF, "file-kind"),
        (b"%PDF-" + b"x" * 2048, "file-too-large"),
    ],
)
def test_what_is_refused_leaves_nothing(
    app: Flask, portal: Site, uploads: Path, content: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "UPLOAD_LIMIT", 2048)
    with pytest.raises(Refusal) as refused:
        hand_in(portal, content)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert stored_paths(uploads) == []
    assert queries.of(portal) == []


@pytest.mark.usefixtures("as_system")
def test_the_limit_itself_is_allowed(
    app: Flask, portal: Site, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "UPLOAD_LIMIT", len(PDF))
    hand_in(portal)
    assert len(stored_paths(uploads)) == 1


@pytest.mark.usefixtures("as_system")
def test_a_rolled_back_transaction_takes_the_file_with_it(portal: Site, uploads: Path) -> None:
    kept = hand_in(portal)
    with pytest.raises(RuntimeError, match="later"), transaction():
        files.store(BytesIO(PDF), "二.pdf", obj="survey", parent=portal, kind="sealed_sheet")
        assert len(stored_paths(uploads)) == 2
        raise RuntimeError("later")
    assert [path.name for path in stored_paths(uploads)] == [kept.stored_name]
    with pytest.raises(RuntimeError, match="again"), transaction():
        raise RuntimeError("again")
    assert [path.name for path in stored_paths(uploads)] == [kept.stored_name]


@pytest.mark.usefixtures("as_system")
def test_a_discarded_file_goes_when_the_transaction_commits(portal: Site, uploads: Path) -> None:
    row = hand_in(portal)
    with pytest.raises(RuntimeError, match="thought better"), transaction():
        files.discard(row, reason="重新上传")
        raise RuntimeError("thought better")
    assert len(stored_paths(uploads)) == 1
    with transaction():
        files.discard(queries.get(row.id), reason="重新上传")
        assert len(stored_paths(uploads)) == 1
    assert stored_paths(uploads) == []
    assert queries.of(portal) == []


def test_a_stranger_to_the_unit_cannot_hand_in_for_it(world: World, portal: Site, uploads: Path) -> None:
    with access.acting_as(world.actor(("filer", "wuling"))), pytest.raises(ForeignWrite):
        hand_in(portal)
    assert stored_paths(uploads) == []
    with access.acting_as(world.actor(("filer", "municipal"))):
        hand_in(portal)
    assert len(stored_paths(uploads)) == 1


@pytest.mark.usefixtures("as_system")
def test_the_act_is_recorded_without_the_name(portal: Site) -> None:
    row = hand_in(portal, name="张某某身份证.pdf")
    (entry,) = audit.timeline(row)
    assert entry.verb == "file.stored"
    assert entry.after["sha256"] == row.sha256
    assert "张某某" not in str(entry.after)


@pytest.mark.usefixtures("as_system")
def test_files_are_taken_in_inside_a_transaction_only(portal: Site, uploads: Path) -> None:
    with pytest.raises(RuntimeError, match="outside transaction"):
        files.store(BytesIO(PDF), "一.pdf", obj="survey", parent=portal, kind="sealed_sheet")
    assert stored_paths(uploads) == []


@pytest.mark.usefixtures("as_system")
def test_a_file_lost_from_the_folder_is_said_to_be_lost(portal: Site, uploads: Path) -> None:
    row = hand_in(portal)
    stored_paths(uploads)[0].unlink()
    with pytest.raises(NotSeen, match="备份"):
        files.open_(row)
    db.session.rollback()
