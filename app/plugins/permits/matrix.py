"""权限矩阵: role × object × action as the policy says it, to read, to print and to take away."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin.arguments import BadArgument
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db, transaction
from app.foundation.documents import csv_table, xlsx
from app.foundation.tenancy.models import Office
from app.kernel import paths
from app.kernel.errors import N_
from app.plugins.permits import rights
from app.plugins.permits.rights import Matrix


class MatrixView(ScopedView):
    """The rules in force, generated from the policy files."""

    route_base = "/permits/matrix"
    obj = "policy"
    acts = {"index": "see", "paper": "see", "workbook": "see", "table": "see"}
    default_view = "index"
    list_title = _l("权限矩阵")

    @expose("/")
    @has_access
    def index(self) -> str:
        """The matrix, narrowed to a role or an object.

        Raises:
            BadArgument: a role or an object that the policy does not know.
        """
        policy, role, obj = access.policy(), *_asked()
        return self.render_template(
            "permits/matrix.html",
            matrix=rights.matrix(policy, role=role, obj=obj),
            roles=rights.roles(policy),
            objects=rights.objects(policy),
            role=role,
            obj=obj,
            reaches=rights.reaches(policy),
        )

    @expose("/print")
    @has_access
    def paper(self) -> str:
        """The same on paper."""
        policy, role, obj = access.policy(), *_asked()
        return self.render_template(
            "permits/matrix_paper.html",
            matrix=rights.matrix(policy, role=role, obj=obj),
            reaches=rights.reaches(policy),
            day=clock.today(),
            back=url_for("MatrixView.index", role=role or None, obj=obj or None),
        )

    @expose("/export.xlsx")
    @has_access
    def workbook(self) -> Any:
        """The same as a workbook."""
        policy, role, obj = access.policy(), *_asked()
        found = rights.matrix(policy, role=role, obj=obj)
        columns = [xlsx.Column(str(_("对象")), 18), xlsx.Column(str(_("操作")), 22)]
        columns += [xlsx.Column(word, 20) for _role, word in found.roles]
        legend = [f"{word}：{span}" for word, span in rights.reaches(policy)]
        sheet = xlsx.Sheet(
            name=_("权限矩阵"),
            columns=columns,
            rows=lines(found),
            title=_("权限矩阵"),
            notes=[_note()],
            footer=legend,
        )
        return _sent(xlsx.workbook([sheet]), xlsx.CONTENT_TYPE, "xlsx")

    @expose("/export.csv")
    @has_access
    def table(self) -> Any:
        """The same as comma-separated text, one line for each role, object, act and relation."""
        policy, role, obj = access.policy(), *_asked()
        return _sent(
            comma_separated(rights.matrix(policy, role=role, obj=obj)), csv_table.CONTENT_TYPE, "csv"
        )


def lines(matrix: Matrix) -> list[list[str]]:
    """The matrix as rows of text."""
    return [
        [row.obj, row.act, *("；".join(str(right) for right in cell) for cell in row.cells)]
        for row in matrix.rows
    ]


def comma_separated(matrix: Matrix) -> bytes:
    """One line a right."""
    return csv_table.table(
        [_("岗位"), _("对象"), _("操作"), _("关系"), _("承自")],
        [
            (word, row.obj, row.act, right.relation, right.source)
            for row in matrix.rows
            for (_role, word), cell in zip(matrix.roles, row.cells, strict=True)
            for right in cell
        ],
    )


def _note() -> str:
    return str(
        _("按 %(day)s 的权限规则生成。“承”表示该权限由所承继的岗位而来。", day=f"{clock.today():%Y-%m-%d}")
    )


def _asked() -> tuple[str, str]:
    policy = access.policy()
    role, obj = request.args.get("role", ""), request.args.get("obj", "")
    for name, value, known in (("role", role, rights.roles(policy)), ("obj", obj, rights.objects(policy))):
        if value and value not in known:
            raise BadArgument(name, N_("筛选条件“%(name)s”的取值不符合要求。"))
    return role, obj


def _sent(content: bytes, kind: str, ending: str) -> Any:
    """The file as a download; who took the rules away is remembered."""
    actor = current_actor()
    with transaction():
        office = db.session.scalar(
            db.select(Office).where(Office.path.in_([post.path for post in actor.posts])).limit(1)
        )
        office = office or db.session.scalar(db.select(Office).where(Office.path == paths.ROOT))
        audit.record(actor, "policy.exported", office, after={"kind": ending})
    name = _("权限矩阵_%(day)s", day=f"{clock.today():%Y%m%d}")
    response = send_file(
        BytesIO(content), mimetype=kind, as_attachment=True, download_name=f"{name}.{ending}"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
