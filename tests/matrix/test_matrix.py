"""Every route × method for one actor on one database; a failure names role, route, relation, expected and got."""

from __future__ import annotations

import pytest

from tests.matrix.cases import FULL
from tests.matrix.cast import ANYBODY, accounts
from tests.matrix.conftest import MakeWalk

SHOWN = 40
WRITERS = {"changde.clerk", "changde.head", "changde.admin", "unit.changde", "conac.registrar"}
LONGEST = 3600 if FULL else 600
WALKS = [(kind, username) for kind in ("sqlite", "postgres") for username in accounts(kind)]


@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize(("database_kind", "username"), WALKS)
def test_every_route_answers_as_the_policy_says(walk: MakeWalk, username: str) -> None:
    one = walk(username)
    before = one.journal.checksum()
    one.all()
    assert not one.faults, f"{len(one.faults)} faults\n" + "\n".join(one.faults[:SHOWN])
    assert one.journal.checksum() == before, "something was written past the journal"
    assert sum(one.counted.values()) > 100
    if username == ANYBODY:
        assert one.counted["written"] == 0
    if username in WRITERS:
        assert one.counted["written"] > 0, "no form was accepted: nothing was tried in earnest"


@pytest.mark.parametrize("username", [ANYBODY, "changde.head", "unit.changde", "conac.registrar"])
def test_hidden_columns_neither_filter_nor_order(walk: MakeWalk, username: str) -> None:
    one = walk(username)
    one.hidden_columns()
    assert one.counted["hidden"] > 100
    assert not one.faults, "\n".join(one.faults[:SHOWN])
