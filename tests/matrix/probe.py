"""A view that does everything wrong: what the matrix has to notice, each fault on a route of its own."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter
from flask import jsonify, redirect, request, send_file
from sqlalchemy import select

from app.foundation import access
from app.foundation.access.actors import UNGUARDED
from app.foundation.admin.arguments import unseen
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Site, Unit


def _everything() -> Any:
    return access.acting_as(access.system("probe", over=access.EVERYWHERE))


class ProbeView(ScopedView):
    """Leaks on purpose."""

    route_base = "/probe"
    obj = "unit"
    acts = {
        "read": "see", "write": "edit", "export": "see", "find": "see", "hint": "see", "quiet": "see",
        "undo": "edit", "move": "edit", "fine": "see",
    }  # fmt: skip
    targets = {"pk": Unit}
    default_view = "read"

    @expose("/read/<int:pk>")
    @has_access
    def read(self, pk: int) -> Any:
        """A row by id, unguarded."""
        row = db.session.scalar(select(Unit).where(Unit.id == pk), execution_options=UNGUARDED)
        if row is None:
            raise unseen()
        return row.name

    @expose("/write/<int:pk>", methods=["POST"])
    @has_access
    def write(self, pk: int) -> Any:
        """A row of anybody's, written as the platform."""
        with _everything(), transaction() as session:
            row = session.get(Unit, pk)
            if row is None:
                raise unseen()
            row.address = "改"
        return redirect("/")

    @expose("/undo/<int:pk>", methods=["POST"])
    @has_access
    def undo(self, pk: int) -> Any:
        """Refused, but only after something was written to another's row."""
        with _everything(), transaction() as session:
            row = session.scalars(select(Unit).order_by(Unit.id.desc()).limit(1)).one()
            row.address = "改"
        raise unseen()

    @expose("/move", methods=["POST"])
    @has_access
    def move(self) -> Any:
        """No row named in the address: the form's key is believed."""
        key = request.form.get("unit_id", "")
        with _everything(), transaction() as session:
            unit = session.get(Unit, int(key)) if key.isdigit() else None
            if unit is not None:
                session.add(Site(name="探", unit_id=unit.id))
        return redirect("/")

    @expose("/export.xlsx")
    @has_access
    def export(self) -> Any:
        """Every row there is, zipped."""
        with _everything():
            names = list(db.session.scalars(select(Unit.name)))
        packed = BytesIO()
        book = xlsxwriter.Workbook(packed, {"in_memory": True})
        sheet = book.add_worksheet()
        for at, name in enumerate(names):
            sheet.write_string(at, 0, name)
        book.close()
        packed.seek(0)
        return send_file(packed, mimetype="application/octet-stream")

    @expose("/find")
    @has_access
    def find(self) -> Any:
        """A look-up that lists everything."""
        with _everything():
            return jsonify([row.account for row in db.session.scalars(select(Unit))])

    @expose("/hint/<int:pk>")
    @has_access
    def hint(self, pk: int) -> Any:
        """404 for both, but another page where the row exists."""
        with _everything():
            there = db.session.get(Unit, pk) is not None
        seen = db.session.scalar(select(Unit.id).where(Unit.id == pk))
        if seen is None:
            return ("别处有" if there else "没有"), 404
        return "ok"

    @expose("/quiet/<int:pk>")
    @has_access
    def quiet(self, pk: int) -> Any:
        """Shut for those who may."""
        return "no", 403

    @expose("/fine/<int:pk>")
    @has_access
    def fine(self, pk: int) -> Any:
        """Nothing wrong here."""
        row = db.session.scalar(select(Unit).where(Unit.id == pk))
        if row is None:
            raise unseen()
        return row.name


class UndeclaredView(ScopedView):
    """Names a row in its address and does not say of which table."""

    route_base = "/undeclared"
    obj = "unit"
    acts = {"read": "see"}
    default_view = "read"

    @expose("/<int:pk>")
    @has_access
    def read(self, pk: int) -> str:
        """A page."""
        return str(pk)
