"""The first screen: what to do, late first, and nothing that is not one's own."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from app.foundation import clock
from app.plugins.desk.tasks import Task, in_order, pressure
from tests.services.instance import SignIn, signed_in


class Weekdays:
    """Monday to Friday."""

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5

    def certain(self, day: date) -> bool:
        return True


def task(what: str, due: date | None) -> Task:
    return Task(what=what, subject="", about="", url="/", action="", due=due)


TODAY = date(2014, 11, 24)


def test_late_first_and_undated_last() -> None:
    tasks = [task("c", None), task("b", date(2014, 11, 28)), task("a", date(2014, 11, 19))]
    assert [one.what for one in in_order(tasks)] == ["a", "b", "c"]


def test_pressure_counts_working_days() -> None:
    dues = [date(2014, 11, 21), TODAY, date(2014, 11, 25), date(2014, 11, 27), date(2014, 11, 28), None]
    found = pressure([task("x", due) for due in dues], TODAY, Weekdays())
    assert (found.late, found.today, found.soon, found.total) == (1, 1, 2, 6)


def test_a_weekend_between_does_not_count() -> None:
    friday = date(2014, 11, 28)
    found = pressure([task("x", date(2014, 12, 3))], friday, Weekdays())
    assert found.soon == 1


@pytest.fixture
def seed() -> str:
    return "demo"


def text_of(sign_in: SignIn, username: str) -> str:
    answer = sign_in(username).get("/desk/")
    assert answer.status_code == 200
    return answer.get_data(as_text=True).split("<main", 1)[1]


@pytest.mark.parametrize(
    ("username", "there", "not_there"),
    [
        (
            "unit.changde",
            ["填报摸底调查表", "申请资格复核", "常德财政网"],
            ["常德住房和城乡建设网", "去审核"],
        ),
        ("changde.clerk", ["接收摸底调查表", "收书面材料"], ["书面审核</td>"]),
        ("changde.reviewer", ["在线初审", "常德住房和城乡建设网"], ["武陵教育网"]),
        ("wuling.reviewer", ["武陵教育网"], ["常德住房和城乡建设网", "鼎城区人民政府门户网站"]),
        ("changde.head", ["书面审核", "常德交警网"], []),
        ("conac.registrar", ["核发标识", "执行撤销"], ["去审核"]),
        ("taohuayuan.coordinator", ["加挂网站标识", "桃花源旅游网"], ["武陵"]),
        ("hunan.auditor", ["摸底调查"], ["去审核", "去填报"]),
        ("changde.admin", ["没有待办事项"], ["常德财政网"]),
    ],
)
def test_each_role_has_its_own_to_do(
    app: Flask, sign_in: SignIn, username: str, there: list[str], not_there: list[str]
) -> None:
    page = text_of(sign_in, username)
    for words in there:
        assert words in page, f"{username}: {words}"
    for words in not_there:
        assert words not in page, f"{username}: {words}"


def test_the_late_ones_are_counted_and_stand_first(app: Flask, sign_in: SignIn) -> None:
    page = text_of(sign_in, "changde.reviewer")
    table = page.split("<table", 1)[1].split("</table>", 1)[0]
    clocks = re.findall(r"(超期 \d+ 个工作日|今天到期|剩 \d+ 个工作日)", table)
    assert clocks
    assert clocks[0].startswith("超期")
    order = [clock.startswith("超期") for clock in clocks]
    assert order == sorted(order, reverse=True)


def test_no_post_no_desk(app: Flask) -> None:
    from app.foundation import access
    from app.foundation.database import transaction
    from app.foundation.tenancy import people

    actor = access.system("tests", over="0.")
    with access.acting_as(actor), transaction():
        people.add("idle", "闲", "a-long-password", actor=actor)
    assert signed_in(app, "idle").get("/desk/").status_code == 403
    assert clock.today() == TODAY
