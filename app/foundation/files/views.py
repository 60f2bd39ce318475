"""``GET /files/<id>``: a file by its record, after asking whether the reader may see it."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote

from flask import Response, request, send_file

from app.foundation import access
from app.foundation.admin.headers import FILE_POLICY
from app.foundation.admin.views import PublicView, expose
from app.foundation.files import office_files, queries
from app.foundation.files.kinds import SHOWN_IN_BROWSERS
from app.foundation.files.models import StoredFile
from app.foundation.files.office_files import OfficeFile
from app.foundation.files.service import place


class FileView(PublicView):
    """Open at the door, guarded inside: which object guards a file stands in its record, not in the address."""

    route_base = "/files"
    targets = {"pk": StoredFile}
    default_view = "show"

    @expose("/<int:pk>")
    def show(self, pk: int) -> Response:
        """The file, shown in the browser; ``?download=1`` saves it instead.

        Raises:
            NotSeen: no such file, or its row is outside the reader's scope.
            AccessDenied: the row is seen, but what guards the file is not.
        """
        row = queries.get(pk)
        actor = access.current_actor()
        access.require(actor, row.obj, actor.reads, row)
        return _answer(row, download=request.args.get("download") == "1")


class OfficeFileView(PublicView):
    """The same for files of an office's own."""

    route_base = "/files/office"
    targets = {"pk": OfficeFile}
    default_view = "show"

    @expose("/<int:pk>")
    def show(self, pk: int) -> Response:
        """The file, shown in the browser; ``?download=1`` saves it instead.

        Raises:
            NotSeen, AccessDenied: as above.
        """
        row = office_files.get(pk)
        office_files.require(row)
        return _answer(row, download=request.args.get("download") == "1")


def _answer(row: StoredFile | OfficeFile, *, download: bool) -> Response:
    response = send_file(place(row.stored_name), mimetype=row.content_type, etag=row.sha256, max_age=0)
    shown = "inline" if row.content_type in SHOWN_IN_BROWSERS and not download else "attachment"
    response.headers["Content-Disposition"] = (
        f"{shown}; filename=file-{row.id}{PurePath(row.name).suffix}; filename*=UTF-8''{quote(row.name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
