"""A page shown again with what was typed and not saved says so to the script that saves drafts."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.foundation import access
from app.foundation.database import db
from app.foundation.tenancy.models import Person, Post
from app.plugins.applications.models import Application
from app.plugins.surveys.models import SurveySheet
from tests.security.test_concurrency import fields
from tests.services.afresh import read_afresh
from tests.services.instance import SignIn

TYPED = "还没有保存的内容"
MAKER = access.system("tests", over=access.EVERYWHERE)


@pytest.fixture
def seed() -> str:
    return "demo"


def draft_form(page: str) -> str:
    """The opening tag of the page's form that can be saved as a draft."""
    found = re.search(r"<form[^>]*data-draft[^>]*>", page)
    assert found is not None
    return found[0]


def in_draft(row_type: type[Application] | type[SurveySheet]) -> tuple[int, str]:
    """A row in draft, and who fills it in."""
    query = (
        select(row_type.id, Person.username)
        .join(Post, Post.unit_id == row_type.unit_id)
        .join(Person, Person.id == Post.person_id)
        .where(row_type.state == "draft", Person.active.is_(True))
        .order_by(row_type.id)
    )
    with access.acting_as(MAKER):
        pk, username = db.session.execute(query).first() or (0, "")
    read_afresh()
    assert pk, "the demo leaves something to fill in"
    return pk, username


@pytest.mark.parametrize("do", ["add", "save"])
def test_a_survey_sheet_with_unsaved_words_is_marked(app: Flask, sign_in: SignIn, do: str) -> None:
    """After a row more, and beside two versions of the same field."""
    pk, username = in_draft(SurveySheet)
    client = sign_in(username)
    page = client.get(f"/surveys/{pk}/edit").get_data(as_text=True)
    assert "data-dirty" not in draft_form(page)
    sent = {**fields(page, 'id="sheet"'), "leader": TYPED, "do": do}
    if do == "save":
        client.post(f"/surveys/{pk}/edit", data={**sent, "leader": "他人先保存的"})
    answer = client.post(f"/surveys/{pk}/edit", data=sent)
    assert answer.status_code == (200 if do == "add" else 409)
    assert "data-dirty" in draft_form(answer.get_data(as_text=True))
    assert TYPED not in client.get(f"/surveys/{pk}/edit").get_data(as_text=True)


def test_an_application_with_unsaved_words_is_marked(app: Flask, sign_in: SignIn) -> None:
    pk, username = in_draft(Application)
    client, address = sign_in(username), f"/applications/{pk}/edit/site"
    page = client.get(address).get_data(as_text=True)
    assert "data-dirty" not in draft_form(page)
    area = re.search(r'<textarea[^>]*name="([^"]+)"', page)
    assert area is not None
    sent = {**fields(page, "data-draft"), "then": "stay"}
    client.post(address, data={**sent, area[1]: "他人先保存的"})
    answer = client.post(address, data={**sent, area[1]: TYPED})
    assert answer.status_code == 409
    assert "data-dirty" in draft_form(answer.get_data(as_text=True))


def test_a_checklist_is_held_where_somebody_else_was_first(app: Flask, sign_in: SignIn) -> None:
    """Saved by itself it would overwrite what he wrote: the reviewer is told, and decides."""
    with access.acting_as(access.actor_for("changde.reviewer")):
        pk = db.session.scalars(select(Application.id).where(Application.state == "submitted")).first()
    read_afresh()
    client = sign_in("changde.reviewer")
    page = client.get(f"/applications/{pk}").get_data(as_text=True)
    assert "data-dirty" not in draft_form(page)
    sent = {**fields(page, 'id="checklist"'), "note-1": TYPED, "set": ""}
    stale = client.post(f"/applications/{pk}/check", data={**sent, "version": "0"})
    assert stale.status_code == 409
    assert 'data-dirty="hold"' in draft_form(stale.get_data(as_text=True))
    bad = client.post(f"/applications/{pk}/pass", data=sent)
    assert bad.status_code == 422
    assert re.search(r"data-dirty[ >]", draft_form(bad.get_data(as_text=True)))
