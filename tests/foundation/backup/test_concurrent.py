"""Backups made by a process of their own while people hand in and throw away: rows and bytes are of one moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest
from flask import Flask

from app.foundation import audit
from app.foundation.backup import contents, making, workplace
from app.foundation.backup.progress import Progress
from tests.foundation.backup.conftest import Fresh, bytes_of, flask, hand_in, held, make_backup, throw_away
from tests.services import needs
from tests.services.live import ROOT


def start(app: Flask, *arguments: object) -> subprocess.Popen[str]:
    """``flask …`` as a process of its own on the app's instance."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    environment = {**os.environ, "BIANBAN_INSTANCE": app.config["INSTANCE_DIR"], "FLASK_APP": "wsgi"}
    if not url.startswith("sqlite"):
        environment["DATABASE_URL"] = url
    return subprocess.Popen(
        [sys.executable, "-m", "flask", *(str(one) for one in arguments)],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=_begun,
    )  # fmt: skip


def _begun() -> None:
    """As a terminal starts it: a suite that runs in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    needs.end_with_parent()


@contextmanager
def people_at_work(app: Flask, number: int = 3) -> Iterator[list[int]]:
    """Threads that hand in and throw away until the end; yields how often each has written."""
    done = [0] * number
    failed: list[BaseException] = []
    stop = Event()

    def work(who: int) -> None:
        random, mine = Random(who), list[int]()
        try:
            while not stop.is_set():
                with app.app_context():
                    mine.append(hand_in(1000 * who + done[who], random.randrange(60_000)))
                    if len(mine) > 4:
                        throw_away(mine.pop(random.randrange(len(mine))))
                done[who] += 1
        except BaseException as error:
            failed.append(error)
            raise

    threads = [Thread(target=work, args=(who,), daemon=True) for who in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=60)
    assert failed == []


def test_backups_made_while_people_work(busy: Flask, fresh: Fresh, tmp_path: Path) -> None:
    written = []
    with people_at_work(busy) as done:
        for number in range(2):
            before = sum(done)
            process = start(busy, "backup", "create", tmp_path / f"{number}.tar.gz")
            said, _ = process.communicate(timeout=120)
            assert process.returncode == 0, said
            written.append(sum(done) - before)
    assert min(written) >= 3, f"people were at work: {written}"
    seen = set()
    for number in range(2):
        other = fresh()
        answer = flask(other, "backup", "restore", tmp_path / f"{number}.tar.gz")
        assert answer.exit_code == 0, answer.output
        assert len(bytes_of(other)) == held(other).rows["stored_file"] >= 5
        seen.add(held(other).audit_count)
    assert len(seen) == 2, "each is of a moment of its own"
    with busy.app_context():
        assert audit.verify() == []


def test_nobody_throws_away_what_the_snapshot_still_names(
    busy: Flask, fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very moment between reading the rows and securing their bytes."""
    pk = hand_in(77)
    real, threads = contents.uploads, list[Thread]()

    def discarding() -> None:
        with busy.app_context():
            throw_away(pk)

    def uploads(*arguments: object) -> object:
        found = real(*arguments)  # type: ignore[arg-type]
        if not threads:
            threads.append(Thread(target=discarding, daemon=True))
            threads[0].start()
            threads[0].join(timeout=1)
            assert threads[0].is_alive(), "it waits for the backup to have the bytes"
        return found

    monkeypatch.setattr(contents, "uploads", uploads)
    monkeypatch.setattr(making.materials, "pin_most", lambda *_rest: None)
    archive = make_backup(busy, tmp_path / "one")
    threads[0].join(timeout=30)
    assert not threads[0].is_alive()
    monkeypatch.undo()
    assert len(bytes_of(busy)) == 5
    other = fresh()
    answer = flask(other, "backup", "restore", archive)
    assert answer.exit_code == 0, answer.output
    assert len(bytes_of(other)) == 6


def test_people_are_held_up_for_moments_only(
    busy: Flask, fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database is copied and the archive written, everybody writes; nothing of that is in the backup,
    the head outside the database included, which must not be ahead of the copy."""
    real, wrote = making._write, list[int]()

    def write(*arguments: object) -> object:
        wrote.append(hand_in(88))
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_write", write)
    real_results = contents.results

    def results(*arguments: object) -> object:
        wrote.append(hand_in(89))  # the very next moment after the snapshot
        return real_results(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(contents, "results", results)
    made = making.create(tmp_path / "one", Progress(print))
    assert len(wrote) == 2
    monkeypatch.undo()
    answer = flask(fresh(), "backup", "restore", tmp_path / "one")
    assert answer.exit_code == 0, answer.output
    assert made.manifest.holdings.rows["stored_file"] == 5, "what came later is not in it"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_process_that_is_ended_leaves_no_archive(busy: Flask, tmp_path: Path, how: signal.Signals) -> None:
    for number in range(40):
        hand_in(number, 2_000_000)
    folder = tmp_path / "target"
    folder.mkdir()
    process = start(busy, "backup", "create", folder / "one")
    until = time.monotonic() + 60
    while not list(folder.glob(f"{workplace.PREFIX}*/archive")) and time.monotonic() < until:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.002)
    process.send_signal(how)
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0, said
    assert not (folder / "one").exists()
    if how != signal.SIGKILL:
        assert list(folder.iterdir()) == []
        assert not list(Path(busy.config["UPLOADS_DIR"]).glob(f"{workplace.PREFIX}*"))
    make_backup(busy, folder / "one")
    assert [path.name for path in folder.iterdir()] == ["one"], "the next one sweeps"
    assert not list(Path(busy.config["UPLOADS_DIR"]).glob(f"{workplace.PREFIX}*"))
