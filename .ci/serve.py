"""What `make run` does once the packages are there: bring the instance up to date, then serve it.

One process and one application for both, so that a second start is quick. With ``--no-prepare`` it only serves.
"""

from __future__ import annotations

import os
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

STARTED = time.monotonic()
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import flask_migrate  # noqa: E402  (the repository is not installed: its root is put on the path first)
from flask import Flask  # noqa: E402
from gunicorn.app.base import BaseApplication  # noqa: E402

from app import create_app  # noqa: E402
from app.foundation import health  # noqa: E402
from app.foundation.database import db  # noqa: E402
from app.foundation.jobs import embedding  # noqa: E402

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Server(BaseApplication):
    """gunicorn with one worker of eight threads, on the application that is already built."""

    def __init__(self, app: Flask, **settings: Any) -> None:
        self.app = app
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def run(app: Flask, *arguments: str) -> str:
    """Run one ``flask`` command and return what it printed; when it fails, print that and stop."""
    result = app.test_cli_runner().invoke(args=list(arguments))
    if result.exit_code != 0:
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        sys.exit(f"flask {' '.join(arguments)}:\n{result.output}")
    return str(result.output)


def fingerprint(app: Flask, folders: tuple[str, ...]) -> str:
    """What the data files of the folders say, and which database they went into."""
    digest = sha256(str(app.config["SQLALCHEMY_DATABASE_URI"]).encode())
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def prepare(app: Flask) -> None:
    """Tables, offices and, unless in production, demo data: each only when it is not there or has changed."""
    with app.app_context():
        migrate = health.current_revision() != health.expected_revision()
        if migrate:
            print("更新数据库结构 …  migrating the database", flush=True)
            flask_migrate.upgrade()
    mark = Path(app.config["INSTANCE_DIR"]) / "prepared"
    wanted = fingerprint(app, ("tenants", "policies"))
    if not migrate and mark.exists() and mark.read_text("ascii") == wanted:
        return
    print("同步机构数据 …  synchronising the offices", flush=True)
    run(app, "tenants", "sync")
    if is_demo(app):
        print("载入演示数据 …  loading the demo", flush=True)
        run(app, "demo", "load")
    mark.write_text(wanted, "ascii")


def is_demo(app: Flask) -> bool:
    """Whether demo accounts may exist here at all (never in production)."""
    return "demo" in app.cli.commands


def announcement(app: Flask, host: str, port: str) -> str:
    """What stands on the screen when the server is ready."""
    said = []
    if is_demo(app):
        said.append(run(app, "demo", "accounts", "--table").rstrip())
        if host not in LOOPBACK:
            said.append(
                "注意：演示账号的密码显示在上方，请勿把演示实例开放给他人。\n"
                "Careful: these are demo accounts; do not open this instance to others."
            )
    address = f"[{host}]" if ":" in host else host
    said.append(
        f"已启动 ready: http://{address}:{port}  （{time.monotonic() - STARTED:.1f} s；Ctrl-C 停止 stops）"
    )
    return "\n\n".join(said)


def main() -> None:
    """Prepare unless told not to, then serve until stopped."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    os.chdir(ROOT)
    app = create_app()
    quiet = "--no-prepare" in sys.argv[1:]
    if not quiet:
        prepare(app)
    text = "" if quiet else announcement(app, host, port)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()  # a worker must not inherit an open connection
    Server(
        app,
        bind=[f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
        workers=1,
        threads=8,
        worker_class="gthread",
        timeout=60,
        graceful_timeout=10,
        loglevel="warning",
        control_socket_disable=True,
        proc_name="bianban",
        post_worker_init=embedding.post_worker_init,
        worker_exit=embedding.worker_exit,
        when_ready=lambda server: print(text, flush=True) if text else None,
    ).run()


if __name__ == "__main__":
    main()
