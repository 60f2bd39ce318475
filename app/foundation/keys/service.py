"""Counting and re-encrypting (A4 note 3). ``BIANBAN_DATA_KEYS`` lists the keys, the one to write with first.

Done on the stored text alone: no value is changed, no version moves, nothing of what is read leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from sqlalchemy import Column, Table, Text, literal, select, type_coerce, update

from app.foundation import access, audit
from app.foundation.database import Encrypted, Model, db, transaction
from app.foundation.tenancy.models import Office
from app.kernel import paths

BATCH = 500


@dataclass
class Standing:
    """One column: how many of its values the first key holds, older keys hold, and no key reads."""

    column: str
    current: int = 0
    older: int = 0
    lost: int = 0


def encrypted_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every encrypted column of every table, the plugins' too."""
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Encrypted):
                yield table, column


def fingerprint(key: str) -> str:
    """What an operator may write down about a key."""
    return sha256(key.encode()).hexdigest()[:12]


def check() -> list[Standing]:
    """How every encrypted column stands; an old key may go when no value needs it."""
    with access.acting_as(access.system("keys check", over=access.EVERYWHERE)):
        found = [_standing(table, column) for table, column in encrypted_columns()]
        db.session.rollback()
    return found


def rotate(batch: int = BATCH) -> list[Standing]:
    """Re-encrypt with the first key whatever another key holds, ``batch`` rows a transaction.

    Broken off and started again it goes on where it stood: what the first key holds already is passed over. A value
    that somebody writes meanwhile is left to them.

    Returns:
        A line for each column: what the first key holds now, what was re-encrypted (``older``), what no key reads.
    """
    actor = access.system("keys rotate", over=access.EVERYWHERE)
    with access.acting_as(actor):
        found = [_rotate(table, column, batch) for table, column in encrypted_columns()]
        _record(actor, found)
    return found


def _keys() -> tuple[Fernet, MultiFernet]:
    boxes = [Fernet(key) for key in current_app.config["DATA_KEYS"]]
    return boxes[0], MultiFernet(boxes)


def _reads(box: Fernet | MultiFernet, stored: str) -> bool:
    try:
        box.decrypt(stored.encode())
    except InvalidToken:
        return False
    return True


def _batch(table: Table, column: Column[Any], after: int, size: int) -> list[tuple[int, str]]:
    """The next rows by key: (key, stored text)."""
    stored = type_coerce(column, Text())
    query = select(table.c.id, stored).where(column.is_not(None), table.c.id > after)
    return [(key, text) for key, text in db.session.execute(query.order_by(table.c.id).limit(size))]


def _standing(table: Table, column: Column[Any]) -> Standing:
    first, every = _keys()
    found, after = Standing(f"{table.name}.{column.name}"), 0
    while rows := _batch(table, column, after, BATCH):
        for _key, stored in rows:
            _count(found, first, every, stored)
        after = rows[-1][0]
    return found


def _count(found: Standing, first: Fernet, every: MultiFernet, stored: str) -> bool:
    """Count a value; True where it waits for the first key."""
    if _reads(first, stored):
        found.current += 1
    elif _reads(every, stored):
        found.older += 1
        return True
    else:
        found.lost += 1
    return False


def _rotate(table: Table, column: Column[Any], size: int) -> Standing:
    first, every = _keys()
    found, after = Standing(f"{table.name}.{column.name}"), 0
    while True:
        with transaction() as session:
            rows = _batch(table, column, after, size)
            for key, stored in rows:
                if _count(found, first, every, stored):
                    renewed = every.rotate(stored.encode()).decode()
                    still = (table.c.id == key, type_coerce(column, Text()) == literal(stored, Text()))
                    session.execute(
                        update(table).where(*still).values({column.name: literal(renewed, Text())})
                    )
        if len(rows) < size:
            return found
        after = rows[-1][0]


def _record(actor: access.Actor, found: list[Standing]) -> None:
    moved = {one.column: one.older for one in found if one.older}
    with transaction() as session:
        root = session.scalar(select(Office).where(Office.path == paths.ROOT))
        if moved and root is not None:
            to = fingerprint(current_app.config["DATA_KEYS"][0])
            audit.record(actor, "keys.rotated", root, after={"values": moved, "key": to})
