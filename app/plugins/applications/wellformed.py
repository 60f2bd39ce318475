"""Is what was typed into annex 4 well-formed? Answers with the canonical form, or a finding for each field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.foundation.limits import Limits
from app.kernel import domains, identity
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.applications.fields import BY_NAME, ORGAN_TYPES, Field

Check = Callable[[str], str]


@dataclass(frozen=True)
class Reading:
    """What the readers need to know: the limits in force, the track, the office's area code, today."""

    limits: Limits
    track: str
    area_code: str
    today: date


def _checks(known: Reading) -> dict[str, Check]:
    names = known.limits.names

    def phone(text: str) -> str:
        return identity.landline(text, known.area_code)

    return {
        "postcode": identity.postcode,
        "organ_type": lambda text: _organ_type(text, known.track),
        "site_name": known.limits.website_name,
        "chinese_domain": lambda text: (
            domains.chinese(text, longest=names.domain_longest, extra=names.extra_han).unicode
        ),
        "english_domain": lambda text: domains.english(text).unicode,
        "ip": identity.ip_address,
        "leader_phone": phone,
        "handler_phone": phone,
        "leader_mobile": identity.mobile,
        "handler_mobile": identity.mobile,
        "leader_email": identity.email,
        "handler_email": identity.email,
        "handler_id_number": lambda text: identity.id_number(text, known.today),
    }


def _organ_type(text: str, track: str) -> str:
    if text not in ORGAN_TYPES[track]:
        raise Refusal(
            "organ-type",
            N_("组织机构类型应从所列类型中选择，并与单位登记的性质一致。"),
            source="办法第七条第一项",
            field="organ_type",
        )
    return text


def _plain(field: Field, text: str) -> str:
    """Trimmed; in one-line fields every run of blanks is one space."""
    if field.long:
        return "\n".join(
            line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
        )
    return " ".join(text.split())


def read(values: Mapping[str, str], known: Reading) -> tuple[dict[str, str], list[Finding]]:
    """The canonical values, and a finding for each one that is not well-formed (its text stays as typed).

    Empty is well-formed: what must be filled in is asked when the application is submitted.
    """
    checks, clean, findings = _checks(known), {}, []
    for name, raw in values.items():
        field = BY_NAME[name]
        text = _plain(field, raw)
        clean[name] = text
        if len(text) > field.longest:
            findings.append(_too_long(field))
        elif text and name in checks:
            try:
                clean[name] = checks[name](text)
            except Refusal as refusal:
                findings.append(refusal.finding(name))
    return clean, findings


def _too_long(field: Field) -> Finding:
    return Finding(
        field.name,
        N_("%(label)s不超过 %(n)s 个字，请精简。"),
        code="too-long",
        params={"label": field.label, "n": field.longest},
    )


def ensure(findings: Iterable[Finding]) -> None:
    """Raises:
    Invalid: when there is any finding.
    """
    found = tuple(findings)
    if found:
        raise Invalid(found)
