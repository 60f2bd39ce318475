"""Made, verified, restored: everything comes back, proven, on both databases; nothing is left of what fails."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.foundation import access, audit, drift, jobs, keys
from app.foundation.access.actors import UNGUARDED
from app.foundation.audit.models import AuditEntry
from app.foundation.backup import contents, making, restoring, workplace
from app.foundation.backup.progress import Progress
from app.foundation.database import AS_OWNER, db, transaction
from app.foundation.jobs import results, sweeping
from tests.foundation.backup.conftest import (
    SYSTEM,
    Fresh,
    bytes_of,
    flask,
    hand_in,
    held,
    make_backup,
    nothing_there,
    throw_away,
)


class TestEverythingComesBack:
    """On the demo: rows in most tables, encrypted fields, a long record."""

    @pytest.fixture
    def seed(self) -> str:
        return "demo"

    def test_rows_uploads_keys_and_the_record(self, busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
        before, uploads = held(busy), bytes_of(busy)
        assert len(before.rows) > 40
        assert sum(before.rows.values()) > 5000
        assert before.rows["audit_entry"] == before.audit_count > 100
        archive = make_backup(busy, tmp_path / "one.tar.gz")
        other = fresh()
        answer = flask(other, "backup", "restore", archive)
        assert answer.exit_code == 0, answer.output
        after = held(other)
        entries = before.audit_count + 1  # that it was restored is on the record
        assert {**after.rows} == {**before.rows, "audit_entry": entries}
        assert after.revision == before.revision
        assert bytes_of(other) == uploads
        assert len(uploads) >= 5
        with other.app_context():
            assert audit.verify() == []
            assert all(one.lost == 0 for one in keys.check())
            assert sum(one.current for one in keys.check()) > 50
            assert drift.differences(db.engine, db.metadata) == [], "rights, policies and constraints too"
        assert other.test_client().get("/healthz").status_code == 200

    def test_the_restored_place_is_worked_in(self, busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
        """Sequences, triggers and row security are as they were."""
        other = fresh()
        assert flask(other, "backup", "restore", make_backup(busy, tmp_path / "one")).exit_code == 0
        with other.app_context():
            answer = flask(other, "tenants", "sync", "--check")
            assert answer.exit_code == 0, answer.output
            throw_away(hand_in(99))
            assert audit.verify() == []
        for mode in bytes_of(other):
            path = Path(other.config["UPLOADS_DIR"]) / mode[:2] / mode
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_archive_is_for_its_owner_alone_and_says_what_is_in_it(busy: Flask, tmp_path: Path) -> None:
    answer = flask(busy, "backup", "create", tmp_path / "one.tar.gz")
    assert answer.exit_code == 0, answer.output
    assert "材料 5 件" in answer.output
    assert stat.S_IMODE((tmp_path / "one.tar.gz").stat().st_mode) == 0o600
    answer = flask(busy, "backup", "verify", tmp_path / "one.tar.gz")
    assert answer.exit_code == 0, answer.output
    assert "备份完整，封签相符，密钥相符" in answer.output
    raw = (tmp_path / "one.tar.gz").read_bytes()
    for secret in (busy.config["AUDIT_KEY"], busy.config["SECRET_KEY"], *busy.config["DATA_KEYS"]):
        assert str(secret).encode() not in raw
    with busy.app_context():
        verbs = db.session.scalars(db.select(AuditEntry.verb), execution_options=UNGUARDED)
        assert "backup.created" in set(verbs)


def test_by_default_it_lies_in_the_instances_own_folder(busy: Flask) -> None:
    assert flask(busy, "backup", "create").exit_code == 0
    (made,) = Path(busy.config["INSTANCE_DIR"], "backups").iterdir()
    assert made.name.startswith("bianban-")
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700


def test_nothing_is_overwritten(busy: Flask, tmp_path: Path) -> None:
    target = tmp_path / "one"
    target.write_text("another's")
    answer = flask(busy, "backup", "create", target)
    assert answer.exit_code == 1
    assert "不覆盖" in answer.output
    assert target.read_text() == "another's"
    assert flask(busy, "backup", "create", tmp_path / "nowhere" / "one").exit_code == 1


def test_an_empty_database_is_not_backed_up(fresh: Fresh, tmp_path: Path) -> None:
    answer = flask(fresh(), "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert "空的" in answer.output
    assert not (tmp_path / "one").exists()


def test_bytes_that_are_missing_are_named_and_only_backed_up_on_demand(
    busy: Flask, fresh: Fresh, tmp_path: Path
) -> None:
    lost, spoilt = sorted(bytes_of(busy))[:2]
    folder = Path(busy.config["UPLOADS_DIR"])
    (folder / lost[:2] / lost).unlink()
    answer = flask(busy, "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert lost in answer.output and "--allow-faults" in answer.output
    assert list(tmp_path.glob("one*")) == []
    (folder / spoilt[:2] / spoilt).write_bytes(b"%PDF- something else")
    answer = flask(busy, "backup", "create", tmp_path / "one", "--allow-faults")
    assert answer.exit_code == 0, answer.output
    assert lost in answer.output and spoilt in answer.output
    other = fresh()
    answer = flask(other, "backup", "restore", tmp_path / "one")
    assert answer.exit_code == 1
    assert lost in answer.output
    assert nothing_there(other)
    answer = flask(other, "backup", "restore", tmp_path / "one", "--allow-faults")
    assert answer.exit_code == 0, answer.output
    assert lost in answer.output and spoilt in answer.output


def test_only_an_empty_place_is_restored_into(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    archive = make_backup(busy, tmp_path / "one")
    before, uploads = held(busy), bytes_of(busy)
    answer = flask(busy, "backup", "restore", archive)
    assert answer.exit_code == 1
    for said in ("数据库不是空的", "材料目录不是空的", "audit.head", "没有作任何改动"):
        assert said in answer.output
    assert (held(busy), bytes_of(busy)) == (before, uploads)

    other = fresh()
    stray = Path(other.config["UPLOADS_DIR"]) / "ab" / "abcd"
    stray.parent.mkdir(parents=True)
    stray.write_text("somebody's")
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 1
    assert "材料目录不是空的" in answer.output and "数据库不是空的" not in answer.output
    assert stray.read_text() == "somebody's"


@pytest.mark.parametrize("setting", ["AUDIT_KEY", "DATA_KEYS"])
def test_without_its_keys_nothing_is_restored(
    busy: Flask, fresh: Fresh, tmp_path: Path, setting: str
) -> None:
    archive = make_backup(busy, tmp_path / "one")
    new = "another-key-0123456789-0123456789-0123456789"
    other = fresh(**{setting: [new] if setting == "DATA_KEYS" else new})
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 1
    assert f"BIANBAN_{setting}" in answer.output
    assert nothing_there(other)
    answer = flask(other, "backup", "verify", archive)
    assert answer.exit_code == 1
    assert f"BIANBAN_{setting}" in answer.output
    assert flask(other, "backup", "verify", archive, "--without-keys").exit_code == 0


def test_an_older_key_may_stand_behind_a_new_one(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    from cryptography.fernet import Fernet

    archive = make_backup(busy, tmp_path / "one")
    other = fresh(DATA_KEYS=[Fernet.generate_key().decode(), *busy.config["DATA_KEYS"]])
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 0, answer.output


def test_a_revision_this_program_does_not_know_is_refused(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    with db.engine.begin() as connection:
        connection.execution_options(**AS_OWNER).execute(
            text("UPDATE alembic_version SET version_num = '9999'")
        )
    archive = make_backup(busy, tmp_path / "one")
    other = fresh()
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 1
    assert "9999" in answer.output and "制作备份的程序版本" in answer.output
    assert nothing_there(other)


def test_the_other_kind_of_database_is_refused(
    busy: Flask, fresh: Fresh, tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_backup(busy, tmp_path / "one")
    monkeypatch.setattr(
        f"app.foundation.backup.{'postgresql.PostgreSQL' if database_kind == 'postgres' else 'sqlite.SQLite'}Store.kind",
        "another",
    )
    other = fresh()
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 1
    assert "同类的空库" in answer.output
    assert nothing_there(other)


@pytest.mark.parametrize("step", ["compare", "orphans"])
def test_what_does_not_prove_itself_is_undone(
    busy: Flask, fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    archive = make_backup(busy, tmp_path / "one")
    monkeypatch.setattr(contents, step, lambda *_rest: iter(["行数与清单不符"]))
    other = fresh()
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 1
    assert "已全部撤销" in answer.output
    assert nothing_there(other)
    monkeypatch.undo()
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 0, f"the place is as good as new: {answer.output}"
    with other.app_context():
        assert drift.differences(db.engine, db.metadata) == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, OSError])
def test_a_restoration_broken_off_leaves_nothing(
    busy: Flask,
    fresh: Fresh,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
) -> None:
    archive = make_backup(busy, tmp_path / "one")
    other = fresh()

    def broken(*_rest: object) -> list[str]:
        raise interruption("broken off")

    monkeypatch.setattr(restoring, "prove", broken)
    with pytest.raises(interruption), other.app_context():
        restoring.restore(archive, _silent())
    assert nothing_there(other)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, OSError])
@pytest.mark.parametrize("step", ["_take", "_write", "_publish"])
def test_an_interrupted_create_leaves_no_archive(
    busy: Flask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
    step: str,
) -> None:
    real = getattr(making, step)

    def broken(*arguments: object) -> None:
        real(*arguments[:-1], tmp_path / "elsewhere") if step == "_publish" else real(*arguments)
        raise interruption("broken off")

    monkeypatch.setattr(making, step, broken)
    folder = tmp_path / "target"
    folder.mkdir()
    with pytest.raises(interruption):
        making.create(folder / "one", _silent())
    assert list(folder.iterdir()) == []
    assert not list(Path(busy.config["UPLOADS_DIR"]).glob(f"{workplace.PREFIX}*"))


def test_what_a_killed_one_left_is_swept_but_not_what_is_worked_in(busy: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "target"
    left = folder / f"{workplace.PREFIX}left"
    left.mkdir(parents=True)
    (left / "archive").write_text("half")
    with workplace.fresh(folder) as work:
        assert not left.exists()
        make_backup(busy, folder / "one")
        assert work.exists()
    assert [path.name for path in folder.iterdir()] == ["one"]


def test_a_tail_that_was_cut_off_is_noticed_while_backing_up(busy: Flask, tmp_path: Path) -> None:
    """The head outside the database goes into the archive as it is: it is evidence."""
    head = Path(busy.config["INSTANCE_DIR"]) / "audit.head"
    os.truncate(head, 0)
    head.write_text('{"count": 100000, "mac": "ab", "seal": "cd"}')
    answer = flask(busy, "backup", "create", tmp_path / "one")
    assert answer.exit_code == 1
    assert "flask audit verify" in answer.output


def _silent() -> Progress:
    return Progress(lambda _line: None)


def test_results_of_jobs_come_along_while_they_are_there(
    busy: Flask, fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = results.write(b"a workbook")
    with access.acting_as(SYSTEM), transaction():
        for number, stored in enumerate((there, "cd" * 24, "")):
            job = jobs.put(sweeping.NAME, {}, path="0.", key=f"test:{number}")
            job.result_file = stored
    archive = make_backup(busy, tmp_path / "one")
    other = fresh()
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 0, answer.output
    folder = Path(other.config["INSTANCE_DIR"]) / results.FOLDER
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [there]
    assert (folder / there[:2] / there).read_bytes() == b"a workbook"
    third = fresh()
    monkeypatch.setattr(contents, "compare", lambda *_rest: iter(["行数与清单不符"]))
    assert flask(third, "backup", "restore", archive).exit_code == 1
    assert nothing_there(third)


def test_a_full_disk_is_said_and_leaves_nothing(busy: Flask, tmp_path: Path) -> None:
    """The limit on a file's size stands for the disk: what is written past it fails in the same way."""
    for number in range(4):
        hand_in(number, 5_000_000)
    folder = tmp_path / "target"
    folder.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000_000, hard))
    try:
        answer = flask(busy, "backup", "create", folder / "one")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer.exit_code == 1
    assert "没有完成" in answer.output and "磁盘空间" in answer.output
    assert list(folder.iterdir()) == []
    assert not list(Path(busy.config["UPLOADS_DIR"]).glob(f"{workplace.PREFIX}*"))
