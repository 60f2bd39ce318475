"""Nobody grants beyond his own scope, nobody grants himself, and no office loses its last administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.foundation import access, audit
from app.foundation.access import Actor, ForeignWrite
from app.foundation.database import db, transaction
from app.foundation.tenancy import people, people_posts
from app.foundation.tenancy.models import Post
from app.kernel.errors import AccessDenied, Refusal
from tests.plugins.people.conftest import Town

DOCUMENT = "武编〔2014〕3号"


def appoint(
    town: Town, who: str, whom: str, role: str, code: str = "", account: str = "", **more: Any
) -> Any:
    document, person = more.pop("document", DOCUMENT), town.person(whom)
    return town.do(
        who,
        lambda actor: people.appoint(
            person, role, actor=actor, office=town.office(code) if code else None,
            unit=town.unit(account) if account else None, document=document, **more,
        ),
    )  # fmt: skip


def end(town: Town, who: str, whom: str, role: str, **more: Any) -> Any:
    (post,) = [one for one in town.posts(whom) if one.role == role]
    return town.do(who, lambda actor: people_posts.end(post, actor=actor, because="调离", **more))


# -- giving ------------------------------------------------------------------------------------------------


def test_a_county_gives_posts_at_its_own_office_desk_and_units(town: Town) -> None:
    town.hire("new.hand", "auditor", "430702")
    assert appoint(town, "wuling.admin", "new.hand", "clerk", "430702").given_by == "某wuling.admin"
    appoint(town, "wuling.admin", "new.hand", "egov", "430702-EGOV")
    town.hire("new.filer", "filer", account="41840034")
    appoint(town, "wuling.admin", "new.filer", "filer", account="41840035")
    assert {post.role for post in town.posts("new.hand")} == {"auditor", "clerk", "egov"}


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("head", "430700"),  # the office above
        ("admin", "430703"),  # a sibling
        ("admin", "000000"),  # the centre
        ("registrar", "CONAC"),  # the registry
        ("egov", "430700-EGOV"),  # a desk of the office above
        ("egov", "430703-EGOV"),  # a desk of a sibling
        ("coordinator", "430700-RENSHE"),
    ],
)
def test_a_county_gives_nothing_outside(town: Town, role: str, code: str) -> None:
    town.hire("new.hand", "auditor", "430702")
    with pytest.raises(AccessDenied):
        appoint(town, "wuling.admin", "new.hand", role, code)
    assert [post.role for post in town.posts("new.hand")] == ["auditor"]


def test_a_county_gives_no_post_at_a_unit_reviewed_elsewhere(town: Town) -> None:
    town.hire("new.filer", "filer", account="41840034")
    for account in ("41840005", "41840037"):  # the city's, a sibling's
        with pytest.raises(AccessDenied):
            appoint(town, "wuling.admin", "new.filer", "filer", account=account)


@pytest.mark.parametrize("whom", ["changde.reviewer", "dingcheng.reviewer", "central.head"])
def test_a_county_gives_no_post_to_people_kept_elsewhere(town: Town, whom: str) -> None:
    with pytest.raises(AccessDenied):
        appoint(town, "wuling.admin", whom, "clerk", "430702")


@pytest.mark.parametrize("who", ["changde.security", "changde.inspector", "changde.head", "unit.changde"])
def test_only_administrators_give_posts(town: Town, who: str) -> None:
    with pytest.raises(AccessDenied):
        appoint(town, who, "wuling.reviewer", "clerk", "430702")


def test_the_city_gives_posts_below(town: Town) -> None:
    appoint(town, "changde.admin", "wuling.reviewer", "clerk", "430702")
    appoint(town, "changde.admin", "unit.wuling", "filer", account="41840035")


def test_nobody_gives_himself_a_post(town: Town) -> None:
    for who, code in (("wuling.admin", "430702"), ("changde.admin", "430702")):
        with pytest.raises(AccessDenied) as refused:
            appoint(town, who, who, "clerk", code)
        assert refused.value.code == "oneself"


@pytest.mark.parametrize(
    ("role", "code", "account", "said"),
    [
        ("filer", "430702", "", "role-misplaced"),
        ("clerk", "", "41840035", "role-misplaced"),
        ("head", "430702-EGOV", "", "role-misplaced"),
        ("cac", "430702-EGOV", "", "role-misplaced"),
        ("coordinator", "430702-EGOV", "", "role-misplaced"),
        ("registrar", "430702", "", "role-misplaced"),
        ("public", "430702", "", "role-unknown"),
        ("emperor", "430702", "", "role-unknown"),
    ],
)
def test_only_roles_that_fit_their_holder(town: Town, role: str, code: str, account: str, said: str) -> None:
    town.hire("new.hand", "auditor", "430702")
    with pytest.raises(Refusal) as refused:
        appoint(town, "wuling.admin", "new.hand", role, code, account)
    assert refused.value.code == said


def test_a_post_names_its_document_and_an_honest_period(town: Town) -> None:
    town.hire("new.hand", "auditor", "430702")
    for more, said in (
        ({"document": ""}, "document"),
        ({"until": town.today() - timedelta(days=1)}, "period"),
        ({"since": town.today() + timedelta(days=9), "until": town.today()}, "period"),
    ):
        with pytest.raises(Refusal) as refused:
            appoint(town, "wuling.admin", "new.hand", "clerk", "430702", **more)
        assert refused.value.code == said
    with pytest.raises(Refusal) as refused:
        appoint(town, "wuling.admin", "new.hand", "auditor", "430702")
    assert refused.value.code == "held-already"


def test_a_closed_office_takes_nobody(town: Town) -> None:
    town.hire("new.hand", "auditor", "430702")
    with town.system(), transaction():
        town.office("430702-EGOV").active = False
    with pytest.raises(Refusal) as refused:
        appoint(town, "wuling.admin", "new.hand", "egov", "430702-EGOV")
    assert refused.value.code == "place-closed"


def test_the_flush_guard_too_refuses_a_post_abroad(town: Town) -> None:
    """Past every verb: the row itself is out of reach."""
    with access.acting_as(access.actor_for("wuling.admin")), pytest.raises(ForeignWrite), transaction():
        db.session.add(
            Post(
                person_id=town.person_id("wuling.reviewer"), role="head",
                office_id=town.office("430700").id, since=town.today(),
            )
        )  # fmt: skip


def test_the_flush_guard_refuses_a_post_for_somebody_kept_elsewhere(town: Town) -> None:
    """A foreign key pointing abroad: the row would stand at home, its person does not."""
    key, home = town.person_id("changde.reviewer"), town.office("430702").id
    with access.acting_as(access.actor_for("wuling.admin")), pytest.raises(ForeignWrite), transaction():
        db.session.add(Post(person_id=key, role="head", office_id=home, since=town.today()))


def test_the_flush_guard_refuses_moving_a_post_abroad(town: Town) -> None:
    (post,) = town.posts("wuling.reviewer")
    with access.acting_as(access.actor_for("wuling.admin")), pytest.raises(ForeignWrite), transaction():
        row = db.session.scalars(select(Post).where(Post.id == post.id)).one()
        row.office_id = town.office("430700").id


# -- duties that one person may not combine ------------------------------------------------------------------


def test_three_administrators_are_three_people_where_the_office_says_so(town: Town) -> None:
    town.hire("spare", "auditor", "430702")
    appoint(town, "changde.admin", "spare", "security", "430702")  # the county follows the city's setting
    for role in ("admin", "inspector"):
        with pytest.raises(Refusal) as refused:
            appoint(town, "changde.admin", "spare", role, "430702")
        assert refused.value.code == "duties-clash"
        assert "不得由同一人担任" in str(refused.value)


@pytest.mark.parametrize("role", ["security", "inspector"])
def test_the_offices_own_administrator_neither_makes_nor_unmakes_the_other_two(town: Town, role: str) -> None:
    """He could otherwise act as those who watch him, by a puppet or by ending and giving the post anew."""
    holder = f"changde.{role}"
    (post,) = town.posts(holder)
    town.hire("puppet", "clerk", "430700")

    def refused(verb: Callable[[Actor], object]) -> None:
        with pytest.raises(AccessDenied) as caught:
            town.do("changde.admin", verb)
        assert caught.value.code == "separated"

    refused(lambda actor: people.appoint(
        town.person("puppet"), role, actor=actor, office=town.office("430700"), document="某文"
    ))  # fmt: skip
    refused(lambda actor: people_posts.end(town.posts(holder)[0], actor=actor, because="调离"))
    refused(lambda actor: people_posts.disable(town.person(holder), actor=actor, because="调离"))
    assert town.posts(holder)[0].ended_at is None
    town.hire("hunan.admin", "admin", "430000")
    town.do(
        "hunan.admin", lambda actor: people_posts.disable(town.person(holder), actor=actor, because="调离")
    )
    refused(lambda actor: people_posts.enable(town.person(holder), actor=actor, because="复职"))
    town.do("hunan.admin", lambda actor: people_posts.end(town.posts(holder)[0], actor=actor, because="调离"))
    assert town.posts(holder)[0].id == post.id and town.posts(holder)[0].ended_at is not None


def test_elsewhere_one_person_may_hold_them(town: Town) -> None:
    town.hire("hunan.admin", "admin", "430000")
    town.give("hunan.admin", "inspector", "430000")
    assert access.actor_for("hunan.admin").holds("admin", "inspector")


def test_who_files_does_not_review(town: Town) -> None:
    town.hire("both", "filer", account="41840034")
    for role in ("reviewer", "head"):
        with pytest.raises(Refusal) as refused:
            appoint(town, "wuling.admin", "both", role, "430702")
        assert refused.value.code == "duties-clash"
    appoint(town, "wuling.admin", "both", "auditor", "430702")


def test_one_after_the_other_is_no_clash(town: Town) -> None:
    town.hire("both", "filer", account="41840034", until=date(2014, 12, 31))
    appoint(town, "wuling.admin", "both", "reviewer", "430702", since=date(2015, 1, 1))


# -- ending and extending --------------------------------------------------------------------------------------


def test_an_ended_post_opens_nothing_any_more(town: Town) -> None:
    assert access.actor_for("wuling.reviewer").holds("reviewer")
    end(town, "wuling.admin", "wuling.reviewer", "reviewer")
    assert access.actor_for("wuling.reviewer").posts == ()
    (post,) = town.posts("wuling.reviewer")
    assert (post.ended_by, post.ended_because) == ("某wuling.admin", "调离")
    with town.system():
        assert audit.timeline(post)[0].verb == "post.ended"


def test_a_post_that_began_today_ends_today(town: Town) -> None:
    town.hire("new.hand", "auditor", "430702")
    appoint(town, "wuling.admin", "new.hand", "clerk", "430702")
    end(town, "wuling.admin", "new.hand", "clerk")
    assert not access.actor_for("new.hand").holds("clerk")


def test_a_post_runs_to_its_last_day(town: Town) -> None:
    last = town.today() + timedelta(days=30)
    end(town, "wuling.admin", "wuling.reviewer", "reviewer", last_day=last)
    assert access.actor_for("wuling.reviewer").holds("reviewer")
    assert town.posts("wuling.reviewer")[0].until == last


def test_an_ended_post_is_over_for_good(town: Town) -> None:
    end(town, "wuling.admin", "wuling.reviewer", "reviewer")
    (post,) = town.posts("wuling.reviewer")
    for verb in (
        lambda actor: people_posts.end(post, actor=actor, because="再次"),
        lambda actor: people_posts.extend(post, None, actor=actor, document=DOCUMENT),
    ):
        with pytest.raises(Refusal) as refused:
            town.do("wuling.admin", verb)
        assert refused.value.code == "post-over"


@pytest.mark.parametrize("whom", ["changde.reviewer", "dingcheng.head"])
def test_posts_elsewhere_are_not_ended(town: Town, whom: str) -> None:
    role = town.posts(whom)[0].role
    with pytest.raises(AccessDenied):
        end(town, "wuling.admin", whom, role)


def test_a_post_is_extended_but_not_shortened_and_not_ones_own(town: Town) -> None:
    town.hire("short", "clerk", "430702", until=date(2014, 12, 31))
    (post,) = town.posts("short")
    with pytest.raises(Refusal):
        town.do(
            "wuling.admin", lambda a: people_posts.extend(post, date(2014, 12, 1), actor=a, document=DOCUMENT)
        )
    town.do(
        "wuling.admin", lambda a: people_posts.extend(post, date(2015, 6, 30), actor=a, document=DOCUMENT)
    )
    assert town.posts("short")[0].until == date(2015, 6, 30)
    town.hire("brief.admin", "admin", "430702", until=date(2014, 12, 31))
    (own,) = town.posts("brief.admin")
    with pytest.raises(AccessDenied):
        town.do("brief.admin", lambda a: people_posts.extend(own, None, actor=a, document=DOCUMENT))


def test_extending_into_a_clash_is_refused(town: Town) -> None:
    town.hire("both", "filer", account="41840034", until=date(2014, 12, 31))
    town.give("both", "auditor", "430702")
    appoint(town, "wuling.admin", "both", "reviewer", "430702", since=date(2015, 1, 1))
    (filing,) = [one for one in town.posts("both") if one.role == "filer"]
    with pytest.raises(Refusal) as refused:
        town.do("wuling.admin", lambda a: people_posts.extend(filing, None, actor=a, document=DOCUMENT))
    assert refused.value.code == "duties-clash"


# -- the last administrator --------------------------------------------------------------------------------------


def test_an_office_keeps_its_last_administrator(town: Town) -> None:
    for verb in (
        lambda: end(town, "changde.admin", "wuling.admin", "admin"),
        lambda: end(
            town, "changde.admin", "wuling.admin", "admin", last_day=town.today() + timedelta(days=3)
        ),
        lambda: disable(town, "changde.admin", "wuling.admin"),
    ):
        with pytest.raises(Refusal) as refused:
            verb()
        assert refused.value.code == "last-admin"
    town.hire("second.admin", "admin", "430702")
    end(town, "changde.admin", "wuling.admin", "admin")
    with pytest.raises(Refusal):
        disable(town, "changde.admin", "second.admin")


def test_a_successor_who_leaves_earlier_does_not_count(town: Town) -> None:
    town.hire("brief.admin", "admin", "430702", until=town.today() + timedelta(days=2))
    with pytest.raises(Refusal):
        end(town, "changde.admin", "wuling.admin", "admin", last_day=town.today() + timedelta(days=3))
    end(town, "changde.admin", "wuling.admin", "admin", last_day=town.today() + timedelta(days=1))


def test_a_successor_without_a_working_account_does_not_count(town: Town) -> None:
    town.hire("second.admin", "admin", "430702")
    disable(town, "changde.admin", "second.admin")
    with pytest.raises(Refusal):
        end(town, "changde.admin", "wuling.admin", "admin")


def test_the_centre_too_keeps_its_last_administrator(town: Town) -> None:
    town.hire("central.admin", "admin", "000000")
    with pytest.raises(Refusal) as refused:
        end(town, "central.admin", "central.admin", "admin")
    assert refused.value.code == "own-last-admin"
    town.hire("central.second", "admin", "000000")
    end(town, "central.second", "central.admin", "admin")
    with pytest.raises(AccessDenied):
        disable(town, "central.second", "central.second")


def test_one_may_lay_down_a_post_but_not_ones_last_as_administrator(town: Town) -> None:
    town.hire("second.admin", "admin", "430702")
    town.give("second.admin", "clerk", "430702")
    end(town, "second.admin", "second.admin", "clerk")
    with pytest.raises(Refusal) as refused:
        end(town, "second.admin", "second.admin", "admin")
    assert refused.value.code == "own-last-admin"


# -- accounts --------------------------------------------------------------------------------------------------


def disable(town: Town, who: str, whom: str) -> Any:
    person = town.person(whom)
    return town.do(who, lambda actor: people_posts.disable(person, actor=actor, because="调离"))


def enable(town: Town, who: str, whom: str) -> Any:
    person = town.person(whom)
    return town.do(who, lambda actor: people_posts.enable(person, actor=actor, because="返岗"))


def test_a_disabled_account_acts_no_more_and_comes_back(town: Town) -> None:
    disable(town, "wuling.admin", "wuling.reviewer")
    with pytest.raises(LookupError):
        access.actor_for("wuling.reviewer")
    enable(town, "wuling.admin", "wuling.reviewer")
    assert access.actor_for("wuling.reviewer").holds("reviewer")


def test_nobody_disables_himself_or_people_elsewhere(town: Town) -> None:
    for whom in ("wuling.admin", "changde.reviewer", "dingcheng.head"):
        with pytest.raises(AccessDenied):
            disable(town, "wuling.admin", whom)


def test_an_account_that_also_acts_for_the_city_is_not_the_countys_to_dispose_of(town: Town) -> None:
    """Neither closed, nor opened, nor taken over by a new code."""
    town.give("wuling.reviewer", "auditor", "430700")
    person = town.person("wuling.reviewer")
    for verb in (
        lambda actor: people_posts.disable(person, actor=actor, because="调离"),
        lambda actor: people_posts.ensure_may_renew(person, actor=actor),
    ):
        with pytest.raises(AccessDenied) as refused:
            town.do("wuling.admin", verb)
        assert refused.value.code == "held-elsewhere"
    end(town, "wuling.admin", "wuling.reviewer", "reviewer")  # its own post is its own
    disable(town, "changde.admin", "wuling.reviewer")
