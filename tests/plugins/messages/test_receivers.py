"""Who is told of what, by which way, with no more personal data than the message needs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.foundation import access, clock, notices
from app.foundation.database import db
from app.foundation.notices.ports import Ports
from app.foundation.signing import entry
from app.foundation.tenancy import people, people_posts
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.kernel.errors import AccessDenied, WrongState
from app.plugins.applications import service
from app.plugins.applications.models import Application
from app.plugins.badges.models import Badge
from app.plugins.surveys import urging
from tests.plugins.messages.conftest import Town

RETURNED = (["type-differs"], "请核对组织机构类型。")


def returned(town: Town) -> Application:
    row = town.application("submitted")
    with town.acting("changde.reviewer") as actor:
        service.return_(db.session.get_one(Application, row.id), *RETURNED, actor=actor)
    return row


@pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_returned_application_is_told_to_whoever_files(town: Town) -> None:
    row = town.application("submitted")
    before = len(town.deliveries("application.returned"))
    returned(town)
    (filer,) = town.filers(row)
    message = town.inbox(filer)[-1]
    assert message.event == "application.returned"
    assert message.subject == f"申请退回补正：{row.site_name}"
    assert "请核对组织机构类型" in message.text
    assert message.link == f"/applications/{row.id}"
    mail, text = town.deliveries("application.returned")[before:]
    assert (mail.channel, mail.address, mail.recipient) == ("email", row.handler_email, row.organ_name)
    assert (text.channel, text.address) == ("sms", row.handler_mobile)
    assert (mail.state, text.state) == ("stored", "stored")
    assert (mail.unit_id, mail.review_path, mail.filing_path) == (
        row.unit_id,
        row.review_path,
        row.filing_path,
    )


def test_no_personal_data_beyond_the_need(town: Town) -> None:
    row = returned(town)
    (filer,) = town.filers(row)
    mail, text = town.deliveries("application.returned")[-2:]
    said = "".join([town.inbox(filer)[-1].text, mail.subject, mail.body or "", text.body or ""])
    for hidden in (
        row.handler_name, row.leader_name, row.handler_mobile, row.leader_mobile, row.handler_id_number, row.handler_email,
    ):  # fmt: skip
        assert hidden
        assert hidden not in said


def test_in_chinese_whatever_language_the_reviewer_reads(town: Town, app: object) -> None:
    from flask_babel import force_locale

    row = town.application("submitted")
    with force_locale("en"), town.acting("changde.reviewer") as actor:
        service.return_(db.session.get_one(Application, row.id), *RETURNED, actor=actor)
    (filer,) = town.filers(row)
    assert "组织机构类型与机构编制登记不一致" in town.inbox(filer)[-1].text


def test_a_submission_is_told_to_the_reviewer(town: Town) -> None:
    row = town.application("returned")
    (filer,) = town.filers(row)
    before = len(town.inbox("changde.reviewer"))
    with town.acting(filer) as actor:
        service.submit(db.session.get_one(Application, row.id), declared=True, actor=actor)
    message = town.inbox("changde.reviewer")[-1]
    assert len(town.inbox("changde.reviewer")) == before + 1
    assert message.subject == f"收到申请：{row.site_name}"


def test_a_refused_verb_tells_nobody(town: Town) -> None:
    row = town.application("submitted")
    before = len(town.deliveries("application.returned"))
    with pytest.raises(AccessDenied), town.acting("wuling.reviewer") as actor:
        with access.acting_as(access.system("tests", over="0.")):
            found = db.session.get_one(Application, row.id)
        service.return_(found, *RETURNED, actor=actor)
    assert len(town.deliveries("application.returned")) == before


def test_the_code_goes_to_the_unit_and_a_text_to_the_handler(town: Town) -> None:
    """C-art.13; told by the demo itself."""
    badges = {row.number: row for row in town.all(select(Badge))}
    mails, texts = (town.deliveries("badge.issued", channel=one) for one in ("email", "sms"))
    assert mails
    assert len(mails) == len(texts)
    for mail in mails:
        (number,) = [one for one in badges if one in (mail.body or "")]
        assert f"/badge/{number}.svg" in (mail.body or "")
        assert mail.unit_id == badges[number].unit_id
    assert all("<a href" not in (text.body or "") for text in texts)
    assert all(text.recipient.endswith("经办人") for text in texts)


def test_the_code_stands_in_no_inbox(town: Town) -> None:
    from app.foundation.notices.models import Message

    told = town.all(select(Message).where(Message.event == "badge.issued"))
    assert told
    assert all("<a href" not in one.text for one in told)


# -- 催报 -----------------------------------------------------------------------------------------------------

MISSING = "41840005"


def unit_of(town: Town, account: str = MISSING) -> Unit:
    found: Unit = town.one(select(Unit).where(Unit.account == account))
    return found


def urge(town: Town, username: str, account: str = MISSING) -> None:
    key = unit_of(town, account).id
    with town.acting(username) as actor:
        with access.acting_as(access.system("tests", over="0.")):
            unit = db.session.get_one(Unit, key)
        urging.urge(unit, actor=actor)


@pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_urged_is_told_once_a_day(town: Town) -> None:
    urge(town, "changde.clerk")
    message = town.inbox("unit.changde")[-1]
    assert (message.event, message.urgent) == ("survey.urged", True)
    assert "催报" in message.text
    with pytest.raises(WrongState) as refused:
        urge(town, "changde.head")
    assert refused.value.code == "urged-today"
    with clock.at(clock.now().replace(day=25)):
        urge(town, "changde.head")
    assert len(town.inbox("unit.changde")) == 2


@pytest.mark.parametrize(
    "username", ["wuling.clerk", "hunan.auditor", "changde.egov", "unit.changde", "changde.admin"]
)
def test_nobody_else_urges(town: Town, username: str) -> None:
    with pytest.raises(AccessDenied):
        urge(town, username)
    assert town.inbox("unit.changde") == []


def test_whoever_handed_in_is_not_urged(town: Town) -> None:
    from app.plugins.surveys.models import SurveySheet

    sheet = town.one(
        select(SurveySheet).where(SurveySheet.state == "accepted", SurveySheet.review_path == "0.43.07.")
    )
    with pytest.raises(WrongState) as refused:
        urge(town, "changde.clerk", sheet.account)
    assert refused.value.code == "nothing-missing"


# -- people and sign-ins -------------------------------------------------------------------------------------


def test_a_post_given_and_ended_is_told_to_its_person(town: Town, connected: Ports) -> None:
    with access.acting_as(access.system("tests", over="0.")), town.acting("changde.admin") as actor:
        person = db.session.scalars(select(Person).where(Person.username == "changde.clerk")).one()
        person.email = "clerk@example.cn"
        office = db.session.scalars(select(Office).where(Office.path == "0.43.07.")).one()
        post = people.appoint(
            person,
            "auditor",
            actor=actor,
            office=office,
            until=date(2014, 12, 31),
            document="常编办发〔2014〕9号",
        )
        people_posts.end(post, actor=actor, because="工作调整")
    given, ended = town.inbox("changde.clerk")[-2:]
    assert (
        "您已担任常德市委编委办·督查岗，自 2014年11月24日（周一）起至 2014年12月31日（周三）。" in given.text
    )
    assert "工作调整" in ended.text
    (mail,) = town.deliveries("post.given")
    assert (mail.person_id, mail.state, mail.review_path) == (person.id, "queued", "0.43.07.")


def test_accounts_set_up_by_the_platform_are_not_told(town: Town) -> None:
    assert town.deliveries("post.given") == []
    assert [one for one in town.inbox("changde.clerk") if one.event == "post.given"] == []


def sign_in_from(app: object, person: Person, address: str) -> None:
    from flask import Flask

    assert isinstance(app, Flask)
    with app.test_request_context(
        environ_base={"REMOTE_ADDR": address, "HTTP_USER_AGENT": "Chrome/140.0 Windows"}
    ):
        entry.open_session(person)


def test_a_new_address_is_told_but_not_the_first_and_not_a_known_one(town: Town, app: object) -> None:
    person = town.person("changde.clerk")
    for address, told in (
        ("192.0.2.1", 0),
        ("192.0.2.1", 0),
        ("198.51.100.7", 1),
        ("198.51.100.7", 1),
        ("192.0.2.1", 1),
    ):
        sign_in_from(app, person, address)
        found = [one for one in town.inbox("changde.clerk") if one.event == "signin.new_address"]
        assert len(found) == told, address
    assert "198.51.100.7" in found[0].text
    assert found[0].urgent


def test_a_desk_that_files_is_told_for_its_units(town: Town) -> None:
    row = town.one(select(Application).where(Application.filing_path == "0.43.07.thy."))
    party = notices.of_unit(row.unit_id, filing_path=row.filing_path, review_path=row.review_path)
    held = town.all(select(Post).where(Post.person_id.in_(party.people)))
    assert {post.role for post in held} >= {"coordinator"}
