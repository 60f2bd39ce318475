"""Two people, two clicks, two versions: both versions are shown, and whatever is sent twice acts once."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.foundation import access
from app.foundation.admin.once import PostedForm
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.registry.models import BatchItem
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

T = TypeVar("T")
ONCE = "a" * 22
# What the demo's units leave open and the form wants.
FILLED = {
    "functions": "管理本级事务。",
    "supervisor_name": "常德市武陵区人民政府",
    "address": "人民路1号",
    "postcode": "415000",
}


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def fields(page: str, form: str) -> dict[str, str]:
    """What a browser would send of a form: its inputs, areas and chosen options."""
    part = page.partition(form)[2].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", part):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name and (
            kind is None or kind[1] not in {"checkbox", "radio", "search", "submit"} or " checked" in tag
        ):
            found[name[1]] = value[1] if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', part, re.DOTALL):
        found[name] = text.strip()
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', part, re.DOTALL):
        chosen = [tag for tag in re.findall(r"<option[^>]*>", options) if " selected" in tag]
        value = re.search(r'value="([^"]*)"', chosen[0]) if chosen else None
        found[name] = value[1] if value else ""
    return found


def read(statement: Callable[[], T]) -> T:
    read_afresh()
    with access.acting_as(access.system("tests", over="0.")):
        return statement()


def wuling_unit() -> int:
    return (
        read(lambda: db.session.scalars(select(Unit.id).where(Unit.review_path == "0.43.07.02.")).first())
        or 0
    )


def count(verb: str, number: int | None = None) -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == verb)
    if number is not None:
        query = query.where(AuditEntry.object_id == number)
    return read(lambda: db.session.scalar(query)) or 0


class TestStale:
    """Both versions, field by field; what was typed stays; the second save decides."""

    def _both(self, sign_in: SignIn) -> tuple[FlaskClient, str, dict[str, str], str]:
        key = wuling_unit()
        mine, theirs, path = sign_in("wuling.clerk"), sign_in("wuling.clerk"), f"/units/edit/{key}"
        typed = {**fields(mine.get(path).text, 'id="model_form"'), **FILLED}
        other = {
            **fields(theirs.get(path).text, 'id="model_form"'),
            **FILLED,
            "address": "他人改的地址",
            "postcode": "415001",
        }
        assert theirs.post(path, data=other).status_code == 302
        typed |= {"address": "我改的地址", "postcode": "415002"}
        answer = mine.post(path, data=typed)
        assert answer.status_code == 409
        return mine, path, typed, answer.text

    def test_a_generated_form_shows_both_and_keeps_what_was_typed(self, app: Flask, sign_in: SignIn) -> None:
        _mine, _path, _typed, page = self._both(sign_in)
        box = page.partition('class="card conflicts"')[2].partition("</section>")[0]
        for text in ("他人改的地址", "我改的地址", "415001", "415002", "采用他人的", "采用我的"):
            assert text in box, text
        assert 'value="我改的地址"' in page or ">我改的地址<" in page

    def test_each_field_is_taken_from_the_side_chosen(self, app: Flask, sign_in: SignIn) -> None:
        mine, path, typed, page = self._both(sign_in)
        again = {**typed, "version": fields(page, 'id="model_form"')["version"]}
        names = re.findall(r'name="settle" value="([^"]+)"', page)
        assert {"address", "postcode"} <= set(names)
        chosen = {f"take-{name}": "mine" for name in names} | {"take-address": "theirs"}
        assert mine.post(path, data={**again, **chosen, "settle": names}).status_code == 302
        unit = read(lambda: db.session.get(Unit, wuling_unit(), populate_existing=True))
        assert unit is not None
        assert (unit.address, unit.postcode) == ("他人改的地址", "415002")

    def test_a_choice_passed_over_saves_nothing(self, app: Flask, sign_in: SignIn) -> None:
        mine, path, typed, page = self._both(sign_in)
        again = {
            **typed,
            "version": fields(page, 'id="model_form"')["version"],
            "settle": ["address", "postcode"],
        }
        assert mine.post(path, data={**again, "take-address": "mine"}).status_code == 409
        unit = read(lambda: db.session.get(Unit, wuling_unit(), populate_existing=True))
        assert unit is not None
        assert unit.address == "他人改的地址"

    def test_a_draft_of_an_application_too(self, app: Flask, sign_in: SignIn) -> None:
        key, username = _draft()
        path = f"/applications/{key}/edit/site"
        mine, theirs = sign_in(username), sign_in(username)
        form = f'action="{path}"'
        typed, other = fields(mine.get(path).text, form), fields(theirs.get(path).text, form)
        assert (
            theirs.post(path, data={**other, "site_intro": "他人写的简介。", "then": "stay"}).status_code
            == 302
        )
        answer = mine.post(path, data={**typed, "site_intro": "我写的简介。", "then": "stay"})
        assert answer.status_code == 409
        box = answer.text.partition('class="card conflicts"')[2].partition("</section>")[0]
        assert "他人写的简介。" in box
        assert "我写的简介。" in box
        names = re.findall(r'name="settle" value="([^"]+)"', box)
        again = {**typed, **fields(answer.text, form), "site_intro": "我写的简介。", "settle": names}
        chosen = {f"take-{name}": "theirs" for name in names}
        assert mine.post(path, data={**again, **chosen, "then": "stay"}).status_code == 302
        row = read(lambda: db.session.get(Application, key, populate_existing=True))
        assert row is not None
        assert row.site_intro == "他人写的简介。"


def _draft() -> tuple[int, str]:
    """A draft and the account that fills it in."""
    from app.foundation.tenancy.models import Person, Post

    def look() -> tuple[int, str]:
        query = (
            select(Application.id, Person.username)
            .join(Post, Post.unit_id == Application.unit_id)
            .join(Person, Person.id == Post.person_id)
            .where(Application.state == "draft", Person.active.is_(True))
        )
        key, username = db.session.execute(query).first() or (0, "")
        return key, username

    return read(look)


def _submitted() -> int:
    query = select(Application.id).where(
        Application.state == "submitted", Application.review_path == "0.43.07."
    )
    return read(lambda: db.session.scalars(query).first()) or 0


class TestTwice:
    """The same form sent again is answered with the first result."""

    def test_every_form_carries_a_token_of_its_own(self, app: Flask, sign_in: SignIn) -> None:
        client, seen = sign_in("changde.reviewer"), list[str]()
        for path in ("/applications/list/", f"/applications/{_submitted()}", "/desk/"):
            page = client.get(path).text
            forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
            for form in forms:
                seen += re.findall(r'name="once" value="([^"]+)"', form)
                assert 'name="once"' in form, form[:200]
        assert len(seen) > 3
        assert len(set(seen)) == len(seen)

    def test_a_replayed_post_acts_once_and_is_led_to_the_first_result(
        self, app: Flask, sign_in: SignIn
    ) -> None:
        client, path = sign_in("wuling.clerk"), f"/units/edit/{wuling_unit()}"
        typed = {
            **fields(client.get(path).text, 'id="model_form"'),
            **FILLED,
            "address": "新地址一号",
            "once": ONCE,
        }
        first = client.post(path, data=typed)
        assert first.status_code == 302, re.findall(r'class="err"[^>]*>[^<]*', first.text)
        again = client.post(path, data=typed)
        assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
        assert "没有重复办理" in client.get(first.headers["Location"]).text
        assert count("unit.edited", wuling_unit()) == 1

    def test_the_same_token_with_other_content_or_by_another_acts(self, app: Flask, sign_in: SignIn) -> None:
        key = _submitted()
        data = {"once": ONCE}
        for username, expected in (("changde.reviewer", 200), ("changde.head", 200)):
            assert sign_in(username).post(f"/applications/{key}/reveal", data=data).status_code == expected
        assert sign_in("changde.reviewer").post(f"/applications/{key}/reveal", data=data).status_code == 303
        answer = sign_in("changde.reviewer").post(f"/applications/{key}/reveal", data={**data, "more": "1"})
        assert answer.status_code == 200
        assert count("application.revealed", key) == 3

    def test_what_was_refused_may_be_sent_again(self, app: Flask, sign_in: SignIn) -> None:
        client, path = sign_in("wuling.clerk"), f"/units/edit/{wuling_unit()}"
        typed = {**fields(client.get(path).text, 'id="model_form"'), **FILLED, "postcode": "4", "once": ONCE}
        assert client.post(path, data=typed).status_code == 422
        assert client.post(path, data=typed).status_code == 422
        assert read(lambda: db.session.scalar(select(func.count()).select_from(PostedForm))) == 0

    def test_nothing_that_was_sent_is_kept(self, app: Flask, sign_in: SignIn) -> None:
        key = _submitted()
        sign_in("changde.reviewer").post(
            f"/applications/{key}/reveal", data={"once": ONCE, "note": "13800138000"}
        )
        row = read(lambda: db.session.scalars(select(PostedForm)).one())
        assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
        assert row.location is None

    def test_two_clicks_at_once_act_once(self, app: Flask, sign_in: SignIn) -> None:
        key = _submitted()
        path, clients = f"/applications/{key}/reveal", [sign_in("changde.reviewer") for _ in range(4)]
        answers = race([posting(client, path, {"once": ONCE}) for client in clients])
        assert sorted(answers) == [200, 303, 303, 303]
        assert count("application.revealed", key) == 1

    def test_two_reviewers_at_once_one_returns_it(self, app: Flask, sign_in: SignIn) -> None:
        """Two people, each with a form of his own: the state decides, the second is told so."""
        key = _submitted()
        row = read(lambda: db.session.get(Application, key))
        assert row is not None
        data = {"returned-reasons": "incomplete", "returned-words": "材料不齐，请补正。"}
        acts = []
        for number, name in enumerate(("changde.reviewer", "changde.head", "changde.reviewer")):
            sent = {**data, "version": str(row.version), "once": str(number) * 22}
            acts.append(posting(sign_in(name), f"/applications/{key}/return", sent))
        answers = race(acts)
        assert answers.count(302) == 1, answers
        assert set(answers) <= {302, 409, 422, 403}, answers
        assert count("application.returned", key) == 1

    def test_two_registrars_at_once_give_one_badge(self, app: Flask, sign_in: SignIn) -> None:
        def pending() -> list[BatchItem]:
            return list(db.session.scalars(select(BatchItem).where(BatchItem.state == "pending")))

        found = read(pending)
        assert found, "the demo leaves something to issue"
        acts: list[Callable[[], object]] = []
        for item in found[:2]:
            for _ in range(2):
                client = sign_in("conac.registrar")
                acts.append(posting(client, f"/queue/items/{item.id}/issue", {}))
        answers = race(acts)
        assert all(one < 500 for one in answers), answers
        issued = read(lambda: list(db.session.scalars(select(Badge.item_id))))
        assert len(issued) == len(set(issued)) == count("badge.issued")
        assert {item.id for item in found[:2]} & set(issued), answers


def posting(client: FlaskClient, path: str, data: dict[str, str]) -> Callable[[], object]:
    """A post that waits to be made."""
    return lambda: client.post(path, data=data)


def race(acts: list[Callable[[], object]]) -> list[int]:
    """Send everything at the same time; the statuses."""
    barrier, found = Barrier(len(acts)), list[int]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait(20)
        found.append(act().status_code)  # type: ignore[attr-defined]

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
