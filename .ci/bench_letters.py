"""One application form, and a hundred in one file: from the rows to the bytes, beside the bare typst compile of the same.

What is ours: who may, the two people's data with the look on the record, the draft, numbers, the seal, the code on
each sheet, hashes, audit. No document is compiled twice in a row, so that neither side lives on the other's cache.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import flask_migrate
import typst
from benching import Verdict, command, say
from flask import Flask
from sqlalchemy import delete, inspect, select

from app import create_app
from app.foundation import access
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.documents import pdf
from app.plugins.applications import queries as applications
from app.plugins.applications.models import Application
from app.plugins.letters import batch, queries, service, typesetting
from app.plugins.letters.kinds import BY_KEY
from app.plugins.letters.models import Letter

MANY, TURNS, ROUNDS = 100, 40, 3
ONE_OVER_BARE, MANY_OVER_BARE = 1.3, 1.2
WHO = "changde.reviewer"
PLATFORM = access.system("bench", over="0.")


def _made() -> Flask:
    """A demo instance of its own."""
    folder = os.path.join(os.environ["BIANBAN_INSTANCE"], "letters")
    os.makedirs(folder, exist_ok=True)
    app = create_app(
        {
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "INSTANCE_DIR": folder,
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bianban.sqlite3",
        }
    )
    with app.app_context():
        flask_migrate.upgrade()
    command(app, "tenants", "sync")
    command(app, "demo", "load")
    return app


def _copied(actor: Actor) -> list[int]:
    """A hundred applications that await paper, like one of the demo's, each with words of its own."""
    with access.acting_as(PLATFORM), transaction() as session:
        like = session.scalars(
            select(Application).where(
                Application.state == "awaiting_paper", Application.review_path == actor.posts[0].path
            )
        ).first()
        if like is None:
            sys.exit("the demo has nothing that awaits paper")
        columns = [
            one.key for one in inspect(Application).columns if one.key not in {"id", "site_id", "number"}
        ]
        values = {name: getattr(like, name) for name in columns if name != "version"}
        rows = [
            Application(
                **values | {"number": f"B-{n:04d}", "site_name": f"第{n}号网站", "address": f"和平路{n}号"}
            )
            for n in range(MANY)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def _bare(data: str, template: bytes, fonts: typst.Fonts) -> bytes:
    """typst and nothing else: what it is filled with lies ready."""
    compiler = typst.Compiler(root=pdf.ROOT, font_paths=fonts, ignore_system_fonts=True)
    made = compiler.compile(template, format="pdf", sys_inputs={"data": data}, timestamp=0)
    if not isinstance(made, bytes):
        sys.exit("typst made no PDF")
    return made


def _ready(letters: list[Letter]) -> str:
    drawn = [typesetting.drawn(json.loads(letter.data)) for letter in letters]
    return json.dumps({"title": "申请表", "letters": drawn}, ensure_ascii=False)


def _spent(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def run(verdict: Verdict) -> None:
    """Both comparisons."""
    app = _made()
    with app.app_context():
        actor = access.actor_for(WHO)
        keys = _copied(actor)
        with access.acting_as(actor):
            _one(verdict, actor, keys)
            _many(verdict, actor, keys)
        db.session.remove()
        db.engine.dispose()


def _one(verdict: Verdict, actor: Actor, keys: list[int]) -> None:
    kind, template, fonts = BY_KEY["form"], typesetting.TEMPLATE.read_bytes(), pdf._fonts()
    tokens, ready = [], []
    for key in keys:
        with transaction():
            letter = service.issue(kind, applications.get(key), actor=actor)
        tokens.append(letter.token)
        ready.append(_ready([letter]))

    def ours(token: str) -> None:
        with transaction():
            service.take(queries.by_token(token), actor=actor)

    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(TURNS + 5):
        spent = {
            "ours": _spent(lambda n=turn: ours(tokens[n % MANY])),  # type: ignore[misc]
            "bare": _spent(lambda n=turn: _bare(ready[(n + MANY // 2) % MANY], template, fonts)),  # type: ignore[misc]
        }
        if turn >= 5:
            for name, seconds in spent.items():
                taken[name].append(seconds)
    times = {name: statistics.median(found) for name, found in taken.items()}
    say("letters.one_form", times["ours"] * 1000, "ms")
    verdict.at_most("letters.one_form.over_typst", times["ours"] / times["bare"], ONE_OVER_BARE)


def _many(verdict: Verdict, actor: Actor, keys: list[int]) -> None:
    template, fonts = typesetting.TEMPLATE.read_bytes(), pdf._fonts()
    asked = batch.checked(keys, ["form"], "pdf")
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        with access.acting_as(PLATFORM), transaction() as session:
            session.execute(delete(Letter).where(Letter.application_id.in_(keys)))
        taken["ours"].append(_spent(lambda: batch.make(asked, actor=actor)))
        letters = [queries.latest("application", key, "form") for key in keys]
        ready = _ready([one for one in letters if one is not None])
        taken["bare"].append(_spent(lambda found=ready: _bare(found, template, fonts)))  # type: ignore[misc]
    times = {name: statistics.median(found) for name, found in taken.items()}
    say("letters.batch_of_100", times["ours"], "s")
    verdict.at_most("letters.batch_of_100.over_typst", times["ours"] / times["bare"], MANY_OVER_BARE)
