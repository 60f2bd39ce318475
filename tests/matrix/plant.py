"""Recognisable words in every guarded row, and the few people the demo has no account for."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import CheckConstraint, String, Table, Text

from app.foundation import access, clock, jobs
from app.foundation.database import Encrypted, PathType, db, transaction
from app.foundation.jobs import results
from app.foundation.tenancy.models import Office, Person, Post
from app.kernel import domains
from app.kernel.errors import Refusal
from tests.matrix.journal import scoped_tables
from tests.matrix.rows import Known, Register
from tests.matrix.side import Side

TOKEN = re.compile(r"QX(\d{2})N(\d{6})")
WORD = re.compile(r"[A-Za-z0-9.-]*\d[A-Za-z0-9.-]*|\d{8}")
SHORTEST = 40
# Words in a column's name that say code reads it: a token would break what is compared, hashed or opened.
READ_BY_CODE = (
    "hash", "token", "digest", "sha", "mac", "secret", "key", "stored", "domain", "ascii", "kind", "role", "table",
    "within", "body", "folder", "organ_type", "username", "password", "first_name", "last_name", "content_type",
    "obj", "issuer", "number", "device", "agent", "address_of", "ip", "relation", "how", "code", "result_file",
    "result_type", "holder", "locked_by",
)  # fmt: skip
# Columns whose own values are recognisable without a token.
NATURAL = {"account", "number", "unit_account", "badge_number", "ascii"}
# Columns that pages also show in the form that stands in a column above: whoever may read one may read the other.
SPELT = {"chinese_domain"}
# What the database itself refuses to change, and here has to carry a word; what was hashed is left as it is.
KEEPING = ("approved_facts_no_update",)
WAITING_FOR_WORK = (
    "changde.admin", "changde.inspector", "wuling.clerk", "dingcheng.head", "hunan.head", "liuyehu.head", "unit.changde",
)  # fmt: skip
NOBODY, CAC = "matrix.nobody", "matrix.cac"


def columns(table: Table) -> list[str]:
    """The text columns of a guarded table that only people read."""
    checked = " ".join(str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint))
    found = []
    for column in table.columns:
        kind = column.type
        if isinstance(kind, (Encrypted, PathType)) or not isinstance(kind, (String, Text)):
            continue
        if (getattr(kind, "length", None) or 10_000) < SHORTEST or column.foreign_keys or column.primary_key:
            continue
        if any(word in column.name for word in READ_BY_CODE) or re.search(rf"\b{column.name}\b", checked):
            continue
        if table.name == "ab_user" and column.name != "email":
            continue
        found.append(column.name)
    return found


def plant(side: Side) -> None:
    """Put the token of its row in front of every such text that is not empty."""
    side.run("BEGIN")
    if side.is_sqlite:
        for trigger in KEEPING:
            side.run(f"DROP TRIGGER IF EXISTS {trigger}")
    else:
        side.run("SET LOCAL session_replication_role = replica")
    for number, (name, cls) in enumerate(sorted(scoped_tables().items())):
        table: Table = cls.__table__  # type: ignore[attr-defined]
        for column in columns(table):
            length = getattr(table.columns[column].type, "length", None) or 100_000
            pad = "printf('%06d', id)" if side.is_sqlite else "lpad(id::text, 6, '0')"
            side.run(
                f'UPDATE "{name}" SET "{column}" = substr(\'QX{number:02d}N\' || {pad} || "{column}", 1, {length}) '
                f'WHERE "{column}" IS NOT NULL AND "{column}" <> \'\''
            )
    side.run("COMMIT")


def people() -> None:
    """Somebody without posts, and an officer of the network information office (the demo has neither)."""
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        like = session.scalars(db.select(Person).where(Person.username == "changde.egov")).one()
        for username in (NOBODY, CAC):
            session.add(
                Person(
                    username=username, last_name="甲", first_name="", email=f"{username}@bianban.invalid",
                    password=like.password, active=True, demo=True, office_id=like.office_id,
                )
            )  # fmt: skip
        session.flush()
        person = session.scalars(db.select(Person).where(Person.username == CAC)).one()
        desk = session.scalars(db.select(Office).where(Office.path == "0.43.07.cac.")).one()
        session.add(
            Post(person_id=person.id, role="cac", office_id=desk.id, since=date(2014, 9, 15), document="测试")
        )


def work() -> None:
    """Jobs of people at each level: a file that is ready, something that waits, something that failed."""
    system = access.system("tests", over="0.")
    until = clock.wall() + timedelta(days=1)
    for username in WAITING_FOR_WORK:
        actor = access.actor_for(username)
        with access.acting_as(system), transaction() as session:
            for state in ("done", "waiting", "dead"):
                job = jobs.put("jobs.sweep", {}, path=actor.posts[0].path, person_id=actor.person_id)
                job.state, job.note, job.error = state, "正在生成文件", "本程序没有这一类任务的处理程序。"
                if state == "done":
                    job.result_name, job.result_type = "登录日志与操作记录.csv", "text/csv"
                    job.result_file, job.result_until = results.write("甲".encode()), until
            session.flush()


class Words:
    """Which rows a text speaks of."""

    def __init__(self, side: Side, register: Register) -> None:
        self._names = [name for name, _cls in sorted(scoped_tables().items())]
        self._register = register
        self.natural: dict[str, list[Known]] = defaultdict(list)
        for name, cls in scoped_tables().items():
            for column in cls.__table__.columns:  # type: ignore[attr-defined]
                if column.name not in NATURAL | SPELT:
                    continue
                for pk, value in side.rows(f'SELECT id, "{column.name}" FROM "{name}"'):
                    word = _spelt(str(value or "")) if column.name in SPELT else str(value or "")
                    if len(word) > 7 and (name, pk) in register.by_key:
                        self.natural[word].append(register.by_key[name, pk])

    def spoken_of(self, content: bytes) -> dict[str, list[Known]]:
        """Each recognised word → the rows it may come from (it is no leak where one of them may be seen)."""
        found: dict[str, list[Known]] = {}
        for text in _texts(content):
            for match in TOKEN.finditer(text):
                row = self._register.by_key.get((self._names[int(match[1])], int(match[2])))
                if row is not None:
                    found[match[0]] = [row]
            for word in WORD.findall(text):
                if word in self.natural:
                    found[word] = self.natural[word]
        return found


def _spelt(domain: str) -> str:
    """A domain's ASCII form; empty where it is none (yet)."""
    try:
        return domains.host(domain).ascii
    except Refusal:
        return ""


def _texts(content: bytes) -> list[str]:
    if content[:2] != b"PK":
        return [content.decode("utf-8", "ignore")]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return [packed.read(name).decode("utf-8", "ignore") for name in packed.namelist()]
