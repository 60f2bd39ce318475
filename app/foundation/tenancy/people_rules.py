"""May this post be given, changed or ended; may this account be disabled? Facts in, refusals out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.foundation.access import duties
from app.foundation.access.policy import Policy
from app.kernel import paths
from app.kernel.errors import N_, AccessDenied, Finding, Refusal

ADMIN = "admin"
SEPARATED = frozenset({ADMIN, "security", "inspector"})
WHOLE = N_(
    "该人员在您管辖范围以外还有岗位，不能整体处置其账号。请由上级机构系统管理岗办理；本机构的岗位可以单独终止。"
)
WHOLE_SECURITY = N_(
    "该人员在您管辖范围以外还有岗位，不能由本机构强制下线或者重置两步验证。请由上级机构安全管理岗办理。"
)
LONGEST_DOCUMENT, LONGEST_REASON = 120, 200
_USERNAME = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}", re.ASCII)
USERNAME_LENGTH = (3, 40)
NAME_LENGTH = 40


@dataclass(frozen=True)
class Seat:
    """A post as the rules see it; ``path`` is its holder's node (for a unit's officer the reviewing office's)."""

    role: str
    path: str
    office_id: int | None = None
    unit_id: int | None = None
    since: date = date.min
    until: date | None = None
    post_id: int | None = None

    def covers(self, day: date) -> bool:
        """Whether it is held on that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def meets(self, other: Seat) -> bool:
        """Whether both are held on some day."""
        first, last = max(self.since, other.since), min(self.until or date.max, other.until or date.max)
        return first <= last

    def same_place(self, other: Seat) -> bool:
        """Whether both stand at the same office, desk or unit with the same role."""
        return (self.role, self.office_id, self.unit_id) == (other.role, other.office_id, other.unit_id)


@dataclass(frozen=True)
class Place:
    """Who is to hold a post: ``kind`` is office, desk, registry or unit."""

    kind: str
    name: str
    desk_kind: str | None = None
    active: bool = True


# -- who ---------------------------------------------------------------------------------------------------


def ensure_not_oneself(actor_id: int | None, person_id: int | None) -> None:
    """Nobody gives or prolongs a post of his own, or disables himself.

    Raises:
        AccessDenied: the actor is the person.
    """
    if actor_id is not None and actor_id == person_id:
        raise AccessDenied(
            "oneself",
            N_("不能办理自己的岗位和账号。请由本机构其他系统管理岗或者上级机构系统管理岗办理。"),
            source="岗位权限表",
        )


def ensure_own_last_stays(
    actor_id: int | None, person_id: int | None, seat: Seat, seats: Iterable[Seat]
) -> None:
    """A person may lay down a post of his own, but not the last that administers.

    Raises:
        Refusal: it is his own last post as an administrator.
    """
    if actor_id is None or actor_id != person_id or seat.role != ADMIN:
        return
    if not any(one.role == ADMIN and one.post_id != seat.post_id for one in seats):
        raise Refusal(
            "own-last-admin",
            N_("不能终止自己最后一个系统管理岗。请由本机构其他系统管理岗或者上级机构系统管理岗办理。"),
            source="岗位权限表",
        )


def ensure_whole(seats: Iterable[Seat], reaches: Callable[[Seat], bool], message: str = WHOLE) -> None:
    """What touches the account as a whole asks for reach over every post on it: a county cannot disable, or take
    over by a new code, an account that also acts for the city.

    Raises:
        AccessDenied: a post of the person lies outside the actor's reach.
    """
    if not all(reaches(seat) for seat in seats):
        raise AccessDenied("held-elsewhere", message, source="岗位权限表")


def separated_from(
    seats: Iterable[Seat], separated: Callable[[Seat], bool], above: Callable[[Seat], bool]
) -> Seat | None:
    """The first of these posts that is one of the three kept apart, at an office the actor does not stand above."""
    return next(
        (seat for seat in seats if seat.role in SEPARATED and separated(seat) and not above(seat)), None
    )


def ensure_by_upper(barred: Seat | None) -> None:
    """Where three administrators are three people, the office's own administrator neither makes nor unmakes them,
    nor renews their credentials: he could then act as those who watch him, by a puppet or by their own accounts.

    Raises:
        AccessDenied: such a post is at stake (``separated_from``).
    """
    if barred is None:
        return
    if barred.path == paths.ROOT:
        raise AccessDenied(
            "separated",
            N_(
                "已实行三员分立，系统管理岗、安全管理岗、审计管理岗的设置、延期、终止和交接，及其账号的停用、恢复启用和启用码签发（含曾任人员），不由本机构系统管理岗办理。中央机构编制部门没有上级机构，请由平台运行维护人员以 flask people 命令办理。"
            ),
            source="三员分立",
            field="role",
        )
    raise AccessDenied(
        "separated",
        N_(
            "已实行三员分立，系统管理岗、安全管理岗、审计管理岗的设置、延期、终止和交接，及其账号的停用、恢复启用和启用码签发（含曾任人员），不由本机构系统管理岗办理。请由上级机构系统管理岗办理。"
        ),
        source="三员分立",
        field="role",
    )


# -- what --------------------------------------------------------------------------------------------------


def ensure_fits(policy: Policy, role: str, place: Place) -> None:
    """Only roles that belong at such a holder, and only at one that is in use.

    Raises:
        Refusal: no such role, another kind of holder, another kind of desk, or a holder no longer in use.
    """
    wanted = policy.places.get(role)
    if wanted in (None, "nobody"):
        raise Refusal("role-unknown", N_("没有“%(role)s”这一岗位。"), field="role", role=role)
    desks = policy.desks.get(role, ())
    if wanted != place.kind or (desks and place.desk_kind not in desks):
        raise Refusal(
            "role-misplaced",
            N_("“%(role)s”岗位不能设在“%(place)s”。请核对岗位和所在机构、单位。"),
            field="role",
            role=policy.label("role", role),
            place=place.name,
        )
    if not place.active:
        raise Refusal(
            "place-closed", N_("“%(place)s”已停用，不能设置岗位。"), field="office", place=place.name
        )


def ensure_period(since: date, until: date | None, today: date) -> None:
    """A post ends on or after the day it begins, and not before today.

    Raises:
        Refusal: the last day lies before the first, or in the past.
    """
    if until is not None and until < max(since, today):
        raise Refusal("period", N_("截止日期不能早于起始日期和今天。长期任职的可以不填。"), field="until")


def ensure_document(document: str, required: bool) -> None:
    """Posts rest on a document.

    Raises:
        Refusal: none is named, or its number is too long.
    """
    if required and not document:
        raise Refusal("document", N_("请填写设立该岗位所依据的文件名称或文号。"), field="document")
    if len(document) > LONGEST_DOCUMENT:
        raise Refusal(
            "document-long", N_("依据文号不超过 %(n)s 个字。"), field="document", n=LONGEST_DOCUMENT
        )


def ensure_reason(reason: str) -> str:
    """Why something is taken away, trimmed.

    Raises:
        Refusal: nothing is said, or too much.
    """
    said = " ".join(reason.split())
    if not said:
        raise Refusal("reason", N_("请写明原因或者所依据的文号。"), field="reason")
    if len(said) > LONGEST_REASON:
        raise Refusal("reason-long", N_("原因不超过 %(n)s 个字。"), field="reason", n=LONGEST_REASON)
    return said


def ensure_not_twice(new: Seat, seats: Iterable[Seat]) -> None:
    """The same post is not given twice for the same days.

    Raises:
        Refusal: the person holds it already.
    """
    if any(new.post_id != one.post_id and new.same_place(one) and new.meets(one) for one in seats):
        raise Refusal("held-already", N_("该人员已担任此岗位，需要延长的请办理延期。"), field="role")


def ensure_combinable(
    policy: Policy, known: duties.Duties, new: Seat, seats: Iterable[Seat], applies: duties.Applies
) -> None:
    """Duties that one person may not combine (``policies/conflicts.csv``).

    Raises:
        Refusal: a post held on the same days clashes with the new one.
    """
    beside = [one for one in seats if one.post_id != new.post_id and one.meets(new)]
    found = duties.clash(known, new, beside, applies)
    if found is None:
        return
    pair, other = found
    raise Refusal(
        "duties-clash",
        N_("“%(new)s”和“%(held)s”不得由同一人担任。请另选人员，或者先终止其“%(held)s”岗位。"),
        source=pair.source,
        field="role",
        new=policy.label("role", new.role),
        held=policy.label("role", other.role),
    )


def ensure_open(seat: Seat, ended: bool, today: date) -> None:
    """Only a post that has not ended can be changed.

    Raises:
        Refusal: it is over.
    """
    if ended or (seat.until is not None and seat.until < today):
        raise Refusal("post-over", N_("该岗位已经终止。需要重新任职的，请新增岗位。"))


# -- the last administrator --------------------------------------------------------------------------------


def ensure_admin_stays(leaving: Sequence[Seat], admins: Iterable[Seat], last_day: date, office: str) -> None:
    """An office with an administrator never loses its last one.

    Args:
        leaving: the posts about to end; their last day is ``last_day``.
        admins: the posts as administrator of that office held by active accounts.

    Raises:
        Refusal: nobody would administer the office on the day after.
    """
    gone, day_after = {seat.post_id for seat in leaving}, last_day + timedelta(days=1)
    if not any(seat.post_id not in gone and seat.covers(day_after) for seat in admins):
        raise Refusal(
            "last-admin",
            N_("办理后%(office)s将没有在岗的系统管理岗。请先设置并启用另一名系统管理岗，再办理本事项。"),
            source="岗位权限表",
            office=office,
        )


# -- a new account -----------------------------------------------------------------------------------------


def account_findings(username: str, display_name: str, email: str, *, by_email: bool) -> list[Finding]:
    """What is wrong with the names of a new account."""
    found = []
    shortest, longest = USERNAME_LENGTH
    if not _USERNAME.fullmatch(username) or not shortest <= len(username) <= longest:
        found.append(
            Finding(
                "username",
                N_(
                    "用户名以小写字母开头，可用小写字母、数字和点、连字符、下划线，%(low)s 至 %(high)s 个字符。"
                ),
                code="username",
                params={"low": shortest, "high": longest},
            )
        )
    if not display_name or len(display_name) > NAME_LENGTH:
        found.append(
            Finding(
                "display_name", N_("请填写姓名，不超过 %(n)s 个字。"), code="name", params={"n": NAME_LENGTH}
            )
        )
    if (by_email or email) and not _EMAIL.fullmatch(email):
        found.append(Finding("email", N_("请填写有效的电子邮箱。"), code="email"))
    return found
