"""Measurements, one `name value unit` a line: the demo's pages and decisions, jobs, then lists at national size.

Read times as ratios: they are of whatever machine this is. Statements per page are exact. Ends with 1 when a target
is missed. ``BENCH_UNITS`` (333334) is the size of the larger data set; smaller for a quick look, which judges nothing.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bench_aggregate  # noqa: E402  (the repository is not installed: its root is put on the path first)
import bench_import  # noqa: E402
import bench_jobs  # noqa: E402
import bench_letters  # noqa: E402
import bench_scale  # noqa: E402
import casbin  # noqa: E402
import flask_migrate  # noqa: E402
from benching import Verdict, command, medians, per_call, say, signed_in, timed  # noqa: E402
from casbin.persist.adapters import FileAdapter  # noqa: E402
from flask import Flask  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from sqlalchemy import event, select  # noqa: E402
from werkzeug.exceptions import HTTPException  # noqa: E402

from app import create_app  # noqa: E402
from app.foundation import access  # noqa: E402
from app.foundation.access.facts import Facts, covers, reaches  # noqa: E402
from app.foundation.database import db  # noqa: E402
from app.foundation.tenancy.models import Unit  # noqa: E402

ACCOUNTS = (
    "unit.changde",
    "changde.clerk",
    "changde.reviewer",
    "hunan.auditor",
    "conac.registrar",
    "central.head",
)
REPEAT = 5
SKIPPED = ("/static", "/logout", "/lang", "/swagger", "/back", "/login")
REQUIRE = 0.5  # of pycasbin's plain enforcer
LINK = re.compile(r'href="(/[^"?#]*)')


def start() -> Flask:
    """A demo instance made the way `make run` makes it."""
    with timed("start.create_app"):
        app = create_app({"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    with timed("start.migrate"), app.app_context():
        flask_migrate.upgrade()
    with timed("start.tenants_sync"):
        command(app, "tenants", "sync")
    with timed("start.tenants_sync_again"):
        command(app, "tenants", "sync")
    with timed("start.demo_load"):
        command(app, "demo", "load")
    return app


def addresses(app: Flask) -> list[str]:
    """Every address without parameters that is opened by GET, less what is not a page of ours."""
    return sorted(
        {
            rule.rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith(SKIPPED)
        }
    )


class Counter:
    """SQL statements since the last look; SQLite's own BEGIN is none of a page's."""

    def __init__(self, app: Flask) -> None:
        self.count = 0
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._on_statement)

    def _on_statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.count += not statement.startswith("BEGIN")

    def since(self) -> int:
        """How many, counting from anew."""
        found, self.count = self.count, 0
        return found


def linked(app: Flask, html: str) -> dict[str, str]:
    """Addresses of single things that a page leads to, one for each kind: rule → address."""
    routes = app.url_map.bind("localhost")
    found: dict[str, str] = {}
    for address in LINK.findall(html):
        try:
            rule, arguments = routes.match(address, method="GET", return_rule=True)
        except HTTPException:
            continue
        if arguments and not rule.rule.startswith(SKIPPED):
            found.setdefault(rule.rule, address)
    return found


def visit(client: FlaskClient, counter: Counter, address: str) -> tuple[int, float, str] | None:
    """Statements, milliseconds (the best of some) and text of one page; None when it is refused."""
    if client.get(address).status_code != 200:
        return None
    times, text = [], ""
    for _ in range(REPEAT):
        counter.since()
        began = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - began) * 1000)
        text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    return counter.since(), min(times), text


def pages(app: Flask) -> None:
    """SQL statements and milliseconds of each page, for the account that needs most of them."""
    counter = Counter(app)
    worst: dict[str, tuple[int, float]] = {}
    for username in ACCOUNTS:
        client = signed_in(app, username, os.environ["DEMO_PASSWORD"])
        waiting = {address: address for address in addresses(app)}
        done: set[str] = set()
        while waiting:
            rule, address = waiting.popitem()
            done.add(rule)
            seen = visit(client, counter, address)
            if seen is not None:
                worst[rule] = max(worst.get(rule, (0, 0.0)), seen[:2])
                fresh = linked(app, seen[2])
                waiting |= {rule: address for rule, address in fresh.items() if rule not in done}
    for rule, (count, milliseconds) in sorted(worst.items()):
        say(f"page{rule}.statements", count, "statements")
        say(f"page{rule}.time", milliseconds, "ms")


def plain_enforcer(kind: type[Any]) -> Any:
    """One of pycasbin's own enforcers over the same policy, as its manual shows it."""
    policy = access.policy()
    enforcer = kind(str(policy.model_path), FileAdapter(str(policy.policy_path)))

    def reach(actor: access.Actor, role: str, relation: str, facts: Facts) -> bool:
        return any(
            role in policy.inherits[post.role]
            and any(covers(how, where, post, facts) for how, where in reaches(policy, post, relation))
            for post in actor.posts
        )

    enforcer.add_function("reach", reach)
    return enforcer


def checks(app: Flask, verdict: Verdict) -> None:
    """One decision, one filter: ours beside pycasbin's own enforcer."""
    with app.app_context():
        actor = access.actor_for("changde.reviewer")
        with access.acting_as(access.system("bench", over="0.")):
            unit = db.session.scalars(
                select(Unit).where(Unit.review_path == actor.posts[0].path).limit(1)
            ).one()
        facts, question = access.facts_of(unit), ("application", "first-review")
        enforcer = plain_enforcer(casbin.Enforcer)
        if not (access.can(actor, *question, facts) and enforcer.enforce(actor, facts, *question)):
            sys.exit("the question of the benchmark must be answered yes by both")
        works = {
            "ours": lambda: access.require(actor, *question, facts),
            "theirs": lambda: enforcer.enforce(actor, facts, *question),
        }
        times = medians(works, time.process_time, each=50)
        verdict.at_most("access.require.over_pycasbin", times["ours"] / times["theirs"], REQUIRE)
        say("access.can", per_call(lambda: access.can(actor, *question, facts)), "µs")
        say("access.require", per_call(lambda: access.require(actor, *question, facts)), "µs")
        say("access.scope", per_call(lambda: access.scope(actor, *question, Unit)), "µs")
        say("pycasbin.enforce", per_call(lambda: enforcer.enforce(actor, facts, *question)), "µs")


def demo(verdict: Verdict) -> None:
    """The demo's decisions and pages."""
    app = start()
    checks(app, verdict)
    pages(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def main() -> None:
    """Everything, or the parts named: ``demo``, ``imports``, ``jobs``, ``lists``, ``aggregate``, ``letters``; on instances gone afterwards."""
    logging.disable(logging.WARNING)  # every account asks for every page: most are refused
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BIANBAN_INSTANCE"], os.environ["DEMO_PASSWORD"] = folder, secrets.token_urlsafe(12)
        for name in ("DATABASE_URL", "BIANBAN_ENV", "REDIS_URL"):
            os.environ.pop(name, None)
        wanted = set(sys.argv[1:]) or {"demo", "imports", "lists", "jobs", "aggregate", "letters"}
        if "demo" in wanted:
            demo(verdict)
        if "imports" in wanted:
            bench_import.run(verdict)
        if "jobs" in wanted:
            bench_jobs.run(verdict)
        if "letters" in wanted:
            bench_letters.run(verdict)
        if "aggregate" in wanted:
            bench_aggregate.run(verdict)
        if "lists" in wanted:
            bench_scale.run(verdict, os.environ["DEMO_PASSWORD"])
    if verdict.missed:
        sys.exit("missed: " + "; ".join(verdict.missed))


if __name__ == "__main__":
    main()
