"""The materials of an application: upload, replace, take back."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.files import StoredFile
from app.kernel.errors import N_, Refusal
from app.plugins.applications import queries, service
from app.plugins.applications.fields import MATERIALS
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted
from app.plugins.applications.views.sections import section_page


def upload(field: str) -> tuple[BinaryIO, str]:
    """The file sent in a field, as a stream with its name.

    Raises:
        Refusal: none was chosen.
    """
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        raise Refusal("file-empty", N_("没有选择文件，或者文件是空的。"), field=field or None)
    return cast(BinaryIO, sent.stream), sent.filename


class MaterialView(ScopedView):
    """What is uploaded with annex 4."""

    route_base = "/applications"
    obj = "application"
    acts = {"attach": "edit", "replace": "edit", "detach": "edit"}
    targets = {"pk": Application, "file_id": Row(StoredFile, act="see", enough=False)}
    default_view = "attach"

    @expose("/<int:pk>/attach", methods=["POST"])
    @has_access
    def attach(self, pk: int) -> Any:
        """Upload a material."""
        kind = posted.text("material")

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "edit", application)
                stream, name = upload(kind)
                service.attach(application, stream, name, kind, actor=current_actor())
            return self._back(pk, _("已上传。"))

        return posted.answered(do, lambda refusal: section_page(self, queries.whole(pk), MATERIALS, refusal))

    @expose("/<int:pk>/replace/<int:file_id>", methods=["POST"])
    @has_access
    def replace(self, pk: int, file_id: int) -> Any:
        """Put another file in a material's place."""

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "edit", application)
                stream, name = upload(f"file-{file_id}")
                service.replace(application, file_id, stream, name, actor=current_actor())
            return self._back(pk, _("已替换，原文件不再保留。"))

        return posted.answered(do, lambda refusal: section_page(self, queries.whole(pk), MATERIALS, refusal))

    @expose("/<int:pk>/detach/<int:file_id>", methods=["POST"])
    @has_access
    def detach(self, pk: int, file_id: int) -> Any:
        """Take a material back."""
        with posted.attempt():
            service.detach(queries.get(pk), file_id, actor=current_actor())
        return self._back(pk, _("已删除。"))

    def _back(self, pk: int, said: str) -> Any:
        flash(said, "success")
        return redirect(url_for("FilingView.edit", pk=pk, section=MATERIALS))
