"""A small country: enough offices, desks and units for every relation to have an inside and an outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.foundation import access
from app.foundation.access import Actor, PostFact
from app.foundation.access.actors import load
from app.foundation.database import db, transaction
from app.foundation.tenancy import people
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Grant, Office, Person, Post, Site, Unit
from app.kernel import paths

OFFICES = {
    "0.": ("central", "office", None),
    "0.conac.": ("registry", "registry", None),
    "0.43.": ("province", "office", None),
    "0.43.01.": ("city", "office", None),
    "0.43.01.02.": ("county", "office", None),
    "0.43.07.": ("city", "office", None),
    "0.43.07.02.": ("county", "office", None),
    "0.43.07.03.": ("county", "office", None),
    "0.43.07.z2.": ("zone", "office", None),
    "0.43.07.thy.": ("desk", "desk", "guided"),
    "0.43.07.egov.": ("desk", "desk", "egov"),
    "0.43.07.cac.": ("desk", "desk", "cac"),
    "0.43.07.02.egov.": ("desk", "desk", "egov"),
    "0.43.07.z2.egov.": ("desk", "desk", "egov"),
    "0.43.07.zfwz.": ("desk", "desk", "filing"),
    "0.43.07.rsj.": ("desk", "desk", "filing"),
    "0.42.": ("province", "office", None),
    "0.42.05.": ("city", "office", None),
    "0.42.9005.": ("county", "office", None),
}
GRANTS = (
    ("0.conac.", "serves", "under", "0."),
    ("0.43.07.egov.", "shares", "under", "0.43.07."),
    ("0.43.07.egov.", "guides", "filed", "0.43.07.thy."),
    ("0.43.07.", "guides", "filed", "0.43.07.thy."),
    ("0.43.01.", "guides", "at", "0.43.07.02."),
    ("0.43.07.rsj.", "guides", "at", "0.43.07.z2."),
    ("0.43.07.02.egov.", "guides", "at", "0.43.07.z2."),
)
ROLE_AT = {"office": "auditor", "registry": "registrar", "egov": "egov", "cac": "cac"}
FILERS = ("municipal", "sub", "taohuayuan", "wuling", "customs")
UNITS = {
    "central": ("0.", {}),
    "hunan": ("0.43.", {}),
    "changsha": ("0.43.01.", {}),
    "municipal": ("0.43.07.", {}),
    "bureau": ("0.43.07.", {"desk": "0.43.07.rsj."}),
    "sub": ("0.43.07.", {"rank": "section", "under": "bureau"}),
    "wuling": ("0.43.07.02.", {}),
    "wuling2": ("0.43.07.02.", {}),
    "dingcheng": ("0.43.07.03.", {}),
    "liuyehu": ("0.43.07.z2.", {}),
    "taohuayuan": ("0.43.07.thy.", {}),
    "customs": ("0.43.07.02.", {"management": "central_vertical"}),
    "provincial": ("0.43.07.02.", {"management": "provincial_vertical"}),
    "yichang": ("0.42.05.", {}),
    "qianjiang": ("0.42.9005.", {}),
}


@dataclass
class World:
    """What the builder made, by name: ``grants`` by holder and place, ``posts`` by path or unit (one at each)."""

    offices: dict[str, Office] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    grants: dict[tuple[str, str, str], Grant] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    portal: Site | None = None
    other: Site | None = None

    def post(self, role: str, holder: str) -> PostFact:
        """The post of ``role`` at an office path or at a named unit, read back through the real tables."""
        actor = self.actor((role, holder))
        return actor.posts[0]

    def actor(self, *posts: tuple[str, str]) -> Actor:
        """A person made for these posts (kept for the next asking), loaded as at sign-in."""
        username = "+".join(f"{role}@{holder}" for role, holder in posts) or "nobody"
        maker = access.system("tests", over="0.")
        with access.acting_as(maker):
            person = db.session.scalar(db.select(Person).where(Person.username == username))
        if person is None:
            with access.acting_as(maker), transaction():
                person = people.add(username, username, "a-long-password", actor=maker, hashed="x")
                for role, holder in posts:
                    people.appoint(
                        person, role, actor=maker, since=date(2000, 1, 1),
                        office=self.offices.get(holder), unit=self.units.get(holder),
                    )  # fmt: skip
        return load(person)


def build() -> World:
    """Write the country; needs an app context and empty tables."""
    world = World()
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        for path, (level, kind, desk_kind) in OFFICES.items():
            parent = world.offices[paths.parent(path)].id if path != "0." else None
            settings = (
                {"filing": {"own_from": "deputy_division", "source": "通知第二条"}}
                if path == "0.43.07."
                else {}
            )
            office = Office(
                code=path, path=path, name=path, short_name=path, kind=kind, level=level, desk_kind=desk_kind,
                parent_id=parent, settings=settings,
            )  # fmt: skip
            session.add(office)
            session.flush()
            world.offices[path] = office
        for holder, relation, how, where in GRANTS:
            grant = Grant(
                holder_path=holder, relation=relation, how=how, where_path=where, since=date(2000, 1, 1),
                document="测试文件",
            )  # fmt: skip
            session.add(grant)
            world.grants[holder, relation, where] = grant
        for number, (name, (home, extra)) in enumerate(UNITS.items(), start=1):
            unit = Unit(
                account=f"{number:08d}", name=name, nature="organ", rank=extra.get("rank", "division"),
                management=extra.get("management", "local"), home_id=world.offices[home].id,
                personnel_desk_id=world.offices[extra["desk"]].id if "desk" in extra else None,
                supervisor_id=world.units[extra["under"]].id if "under" in extra else None,
            )  # fmt: skip
            tenancy.assign(unit)
            session.add(unit)
            session.flush()
            world.units[name] = unit
        desk = world.offices["0.43.07.zfwz."]
        world.portal = Site(name="门户", unit_id=world.units["municipal"].id, filing_desk_id=desk.id)
        world.other = Site(name="另一网站", unit_id=world.units["municipal"].id)
        session.add_all([world.portal, world.other])
        _people(world)
        session.flush()
    db.session.expunge_all()
    return world


def _people(world: World) -> None:
    """One post at every office and desk, and one officer each of some units."""
    for path, (_level, kind, desk_kind) in OFFICES.items():
        role = ROLE_AT.get(desk_kind or kind, "coordinator")
        world.posts[path] = _post(role, office_id=world.offices[path].id)
    for name in FILERS:
        world.posts[name] = _post("filer", unit_id=world.units[name].id)


def _post(role: str, **holder: int) -> Post:
    person = Person(
        username=f"{role}-{holder}", last_name=role, first_name="", email=f"{role}-{holder}@bianban.invalid",
        password="", active=True, office_id=holder.get("office_id"),
    )  # fmt: skip
    db.session.add(person)
    db.session.flush()
    post = Post(person_id=person.id, role=role, since=date(2000, 1, 1), **holder)
    db.session.add(post)
    return post
