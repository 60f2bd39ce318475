"""What is sent: forms that would pass if nothing but jurisdiction stood against them, and the same ones forged."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from sqlalchemy import inspect

from app.foundation.access import Actor
from app.foundation.admin.lookup import LookupField
from app.foundation.admin.views import ScopedModelView
from app.foundation.files import StoredFile
from app.foundation.jurisdiction import FACTS
from app.foundation.tenancy.models import Office
from app.plugins.applications.models import Application
from app.plugins.registry.models import BatchItem
from app.plugins.results.models import ResultNotice
from tests.matrix.journal import scoped_tables
from tests.matrix.routes import Route
from tests.matrix.rows import Known, Register, home_of

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
# Words that the verbs of this application ask for; one that is not asked for is not looked at.
PLAUSIBLE = {
    "reason": "经核对材料，内容与实际情况不一致，请按规定补正后重新报送。",
    "words": "经核对材料，内容与实际情况不一致。", "note": "已核对。", "document": "常编办发〔2014〕9号",
    "returned-words": "请按要求补正材料后重新提交。", "ineligible-words": "不属于党政机关和事业单位。",
    "refused-words": "书面材料与在线申请不一致。", "approve-words": "同意。", "means": "counter", "copies": "3",
    "received_on": "2014-11-24", "declared": "1", "set": "4:ok", "do": "save", "kind": "review", "ground": "2",
    "due": "2014-11-21", "track": "any", "then": "stay", "confirm": "1", "until": "2014-12-31", "since": "2014-11-24",
    "approve-sealed": "2014-11-24", "refused-sealed": "2014-11-24", "number": "机要1号", "day": "2014-11-24",
    "recipient": "cnnic", "cnnic-number": "机要2号", "cnnic-day": "2014-11-24", "stopped": "2014-11-24", "checked": "1",
}  # fmt: skip

# Ticked rows.
LISTED: dict[str, type[Any]] = {
    "items": BatchItem, "applications": Application, "file": StoredFile,
    "notices": ResultNotice,
}  # fmt: skip


class Bodies:
    """The forms of one actor."""

    def __init__(self, actor: Actor, register: Register, abroad: dict[type[Any], Known]) -> None:
        self.actor, self.register, self.abroad = actor, register, abroad

    def plain(self, route: Route, row: Known | None, sample: Known | None) -> dict[str, Any]:
        """A form about ``row`` (or a new row like ``sample``) that the view would accept."""
        typed: dict[str, Any] = dict(PLAUSIBLE)
        about = row or sample
        if row is not None and "version" in row.model.__table__.columns:
            typed["version"] = str(self.register.value(row, "version"))
        if isinstance(route.view, ScopedModelView) and route.name in {"add", "edit"} and about is not None:
            typed |= self._generated(route, about)
        if route.name == "suspend":
            typed["ground"] = "verify"
        if route.name in {"attach", "fill"}:
            typed |= {"material": "identity", "identity": (BytesIO(PDF), "a.pdf")}
        return typed

    def forged(self, route: Route, row: Known | None, sample: Known | None) -> dict[str, Any]:
        """The same with everything the server sets, and every foreign key pointing abroad."""
        typed = self.plain(route, row, sample)
        version = typed.get("version")
        typed |= self.keys_abroad()
        typed |= {fact: "1" for fact in FACTS if fact.endswith("_id")}
        typed |= {"review_path": home_of(self.actor), "filing_path": home_of(self.actor), "state": "approved"}
        typed |= {"id": "1", "active": "y"}
        if version is not None:
            typed["version"] = version
        return typed

    def stolen(self, route: Route, row: Known | None, sample: Known | None) -> dict[str, Any]:
        """Only the facts forged: another's paths on one's own row, and a version that does not exist."""
        typed = self.plain(route, row, sample)
        stranger = next(iter(self.abroad.values()), None)
        path = stranger.facts.review_path if stranger else "0."
        return typed | {"review_path": path, "filing_path": path, "state": "badged", "version": "99"}

    def keys_abroad(self) -> dict[str, str]:
        """Every foreign key and relation of every guarded table → the id of a row of strangers."""
        found: dict[str, str] = {}
        for model in scoped_tables().values():
            for name, relation in inspect(model).relationships.items():
                target = self.abroad.get(relation.mapper.class_)
                if target is None or relation.uselist:
                    continue
                found[name] = str(target.id)
                found |= {column.name: str(target.id) for column in relation.local_columns}
        for name, model in LISTED.items():
            if model in self.abroad:
                found[name] = str(self.abroad[model].id)
        return found

    def _generated(self, route: Route, about: Known) -> dict[str, Any]:
        """The fields of a generated form, filled from the row as it stands."""
        stands = self.register.whole(about)
        mapper, form = inspect(about.model), getattr(route.view, f"{route.name}_form")
        typed: dict[str, Any] = {}
        for name in getattr(route.view, f"{route.name}_columns"):
            field_class = getattr(form, name).field_class
            if issubclass(field_class, LookupField):
                (column,) = mapper.relationships[name].local_columns
                value = stands[column.name]
            else:
                value = stands.get(name)
            if value in (None, False, 0, ""):
                continue
            flag = name in mapper.columns and mapper.columns[name].type.python_type is bool
            typed[name] = "y" if flag else str(value)
        if route.name == "add" and "domain" in typed:
            typed["domain"] = "矩阵测试用名.政务"
        return typed


def strangers(actor: Actor, register: Register, can_see: Any) -> dict[type[Any], Known]:
    """For each class a row the actor does not see (of an office: one outside his branch)."""
    found: dict[type[Any], Known] = {}
    for model, rows in register.rows.items():
        if model is Office:
            rows = [one for one in rows if not one.facts.review_path.startswith(home_of(actor))]
        else:
            rows = [one for one in rows if not can_see(actor, one)]
        if rows:
            found[model] = rows[-1]
    return found
