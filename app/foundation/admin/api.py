"""Reading by other systems: scoped, whitelisted, JSON in and out, with an OpenAPI document."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder import ModelRestApi
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import gettext as _
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import access_map, arguments, checks, queries
from app.foundation.admin.arguments import PAGE_SIZE_MAX
from app.foundation.admin.filters import words
from app.foundation.admin.interface import BoundedCount
from app.foundation.admin.operators import RequestFilters
from app.foundation.admin.views import Registered
from app.kernel.errors import Refusal

OPEN = frozenset({"get", "get_list", "info"})
_INFO_SCHEMA = {
    "type": "object",
    "properties": {"keys": {"type": "array", "items": {"type": "string", "enum": sorted(queries.INFO_KEYS)}}},
}


def answering(method: Callable[..., Any]) -> Callable[..., Any]:
    """Every refusal, also a bad token, leaves as JSON with a Chinese ``message``; faults go to the host."""

    @functools.wraps(method)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except Refusal as refusal:
            return _refused(refusal)
        except (JWTExtendedException, PyJWTError):
            return self.response_401()
        except HTTPException as error:
            return self.response(error.code or 500, message=_("请求有误，没有受理。"))

    return wrapped


def _refused(refusal: Refusal) -> Response:
    response = jsonify(message=words(refusal), code=refusal.code, field=refusal.field)
    response.status_code = refusal.status
    return response


class ScopedApi(Registered, ModelRestApi):
    """Read-only resource over one table. Give ``obj``, ``resource_name``, ``datamodel`` and ``list_columns``."""

    obj: str = ""
    acts: dict[str, str] = {}
    allow_browser_login = True
    csrf_exempt = False
    include_route_methods = OPEN
    label_columns: Any = None
    description_columns: Any = None
    list_columns: Any = None
    show_columns: Any = None
    add_columns: Any = None
    edit_columns: Any = None
    search_columns: Any = None
    order_columns: Any = None
    page_size = 20
    max_page_size = PAGE_SIZE_MAX
    _apispec_parameter_schemas = {**ModelRestApi._apispec_parameter_schemas, "get_info_schema": _INFO_SCHEMA}

    # -- what FAB prepares at the start --------------------------------------------------------------------

    def _init_properties(self) -> None:
        key = self.datamodel.get_pk_name()
        self.label_columns = dict(self.label_columns or {})
        self.description_columns = dict(self.description_columns or {})
        self.list_columns = list(self.list_columns or [])
        self.show_columns = list(self.show_columns or self.list_columns)
        self.add_columns, self.edit_columns = [], []
        self.search_columns = list(dict.fromkeys([key, *(self.search_columns or [])]))
        mapped = [one for one in self.list_columns if self.datamodel.is_mapped(one)]
        self.order_columns = list(dict.fromkeys([key, *(self.order_columns or mapped)]))
        self._base_filters = RequestFilters(self.datamodel)
        self._filters = RequestFilters(self.datamodel, self.search_columns)
        checks.api(self)

    def _init_model_schemas(self) -> None:
        """Schemas for the document; FAB's would carry writable relations and a session."""
        self.list_model_schema = _schema(self, self.list_columns, self.list_model_schema_name)
        self.show_model_schema = _schema(self, self.show_columns, self.show_model_schema_name)

    def add_apispec_components(self, api_spec: Any) -> None:
        super(ModelRestApi, self).add_apispec_components(api_spec)
        api_spec.components.schema(self.list_model_schema_name, schema=self.list_model_schema)
        api_spec.components.schema(self.show_model_schema_name, schema=self.show_model_schema)

    # -- routes --------------------------------------------------------------------------------------------

    @expose("/", methods=["GET"])
    @answering
    @protect()
    @permission_name("get")
    def get_list(self) -> Response:
        """Rows of the resource
        ---
        get:
          description: Rows the caller may see, one page at a time
          parameters:
          - in: query
            name: q
            description: rison or JSON object (columns, keys, filters, order_column, order_direction, page, page_size)
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/get_list_schema'
          responses:
            200:
              description: One page of rows
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      count:
                        description: How many rows there are, counted no further than 10000
                        type: integer
                      count_more:
                        description: Whether there are more than counted
                        type: boolean
                      ids:
                        type: array
                        items:
                          type: integer
                      result:
                        type: array
                        items:
                          $ref: '#/components/schemas/{{self.__class__.__name__}}.get_list'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        asked = queries.read_list(request.args.get("q", ""), self.list_columns, self.order_columns)
        filters = self._filters.fresh()
        for one in asked.filters:
            filters.take_named(*one)
        columns = asked.columns or tuple(self.list_columns)
        order = asked.order or self.base_order or ("", "asc")
        size = min(asked.page_size or self.page_size, self.max_page_size)
        count, ids, rows = self._rows(filters, order, asked.page, size, columns)
        body = self._words(asked, queries.LIST_KEYS, columns)
        body |= {"count": int(count), "count_more": count.more, "ids": ids}
        return self._answer({**body, "result": rows})

    def _rows(
        self, filters: Any, order: tuple[str, str], page: int, size: int, columns: tuple[str, ...]
    ) -> tuple[BoundedCount, list[int], list[dict[str, Any]]]:
        """Count, keys and rows as JSON: by columns alone where no relation or method is among them."""
        if not self.datamodel.bare(columns):
            count, found = self.datamodel.query(
                filters, *order, page=page, page_size=size, select_columns=columns
            )
            return count, [row.id for row in found], [_plain_row(row, columns) for row in found]
        count, values = self.datamodel.values(filters, order, page, size, columns)
        rows = [dict(zip(columns, map(_plain, row[1:]), strict=True)) for row in values]
        return count, [row[0] for row in values], rows

    @expose("/<pk>", methods=["GET"])
    @answering
    @protect()
    @permission_name("get")
    def get(self, pk: str) -> Response:
        """One row
        ---
        get:
          description: One row the caller may see
          parameters:
          - in: path
            name: pk
            schema:
              type: integer
          - in: query
            name: q
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/get_item_schema'
          responses:
            200:
              description: The row
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id:
                        type: integer
                      result:
                        $ref: '#/components/schemas/{{self.__class__.__name__}}.get'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
        """
        asked = queries.read_item(request.args.get("q", ""), self.show_columns)
        columns = asked.columns or tuple(self.show_columns)
        row = self.datamodel.seen(pk, columns)
        body = self._words(asked, queries.ITEM_KEYS, columns)
        return self._answer({**body, "id": row.id, "result": _plain_row(row, columns)})

    @expose("/_info", methods=["GET"])
    @answering
    @protect()
    @permission_name("info")
    def info(self) -> Response:
        """What the resource offers
        ---
        get:
          description: Columns, operators and the caller's permissions; no rows of this or any other table
          parameters:
          - in: query
            name: q
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/get_info_schema'
          responses:
            200:
              description: What the resource offers
              content:
                application/json:
                  schema:
                    type: object
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        asked = queries.read_info(request.args.get("q", ""))
        offered = {
            "permissions": sorted(one for one in self.base_permissions if self._holds(one)),
            "list_columns": self.list_columns,
            "show_columns": self.show_columns,
            "order_columns": self.order_columns,
            "search_columns": {
                column: [one.arg_name for one in kinds]
                for column, kinds in self._filters.get_search_filters().items()
            },
        }
        return self._answer(
            {name: value for name, value in offered.items() if not asked.keys or name in asked.keys}
        )

    # -- answers -------------------------------------------------------------------------------------------

    def _holds(self, permission: str) -> bool:
        pair = access_map.lookup(self.class_permission_name, permission)
        return pair is not None and access.may(current_actor(), *pair)

    def _answer(self, body: dict[str, Any]) -> Response:
        response: Response = self.response(200, **body)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _words(
        self, asked: queries.Query, offered: Iterable[str], columns: tuple[str, ...]
    ) -> dict[str, Any]:
        """What the client wants to know about the answer itself (``keys``; all of it when unsaid)."""
        wanted = asked.keys or frozenset(offered)
        made: dict[str, Any] = {}
        for name in wanted & {"list_columns", "show_columns"}:
            made[name] = list(columns)
        if "order_columns" in wanted:
            made["order_columns"] = self.order_columns
        if "label_columns" in wanted:
            made["label_columns"] = {name: str(self.label_columns.get(name, name)) for name in columns}
        if "description_columns" in wanted:
            made["description_columns"] = {
                n: str(self.description_columns[n]) for n in columns if n in self.description_columns
            }
        for name in wanted & {"list_title", "show_title"}:
            made[name] = access.policy().label("obj", self.obj)
        return made

    def response_400(self, message: Any = None) -> Response:
        return self._no(400, message or _("请求有误。"))

    def response_401(self) -> Response:
        return self._no(401, _("请先登录，或者提供有效的访问令牌。"))

    def response_403(self) -> Response:
        return self._no(403, _("您的岗位不能查看此项内容。"))

    def response_404(self) -> Response:
        return self._no(404, words(arguments.unseen()))

    def response_422(self, message: Any = None) -> Response:
        return self._no(422, message or _("内容不符合要求。"))

    def _no(self, status: int, message: Any) -> Response:
        response: Response = self.response(status, message=str(message))
        return response


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, bool, float, dict, list)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain_row(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    """A row as JSON; ``home.name`` becomes ``{"home": {"name": …}}``, an unseen relation None."""
    made: dict[str, Any] = {}
    for name in columns:
        root, _dot, leaf = name.partition(".")
        value = getattr(row, root)
        value = value() if callable(value) else value
        if not leaf:
            made[root] = _plain(value)
        elif value is None:
            made[root] = None
        else:
            made.setdefault(root, {})[leaf] = _plain(getattr(value, leaf))
    return made


_FIELDS = (
    ("is_boolean", fields.Boolean),
    ("is_integer", fields.Integer),
    ("is_float", fields.Float),
    ("is_numeric", fields.String),
    ("is_date", fields.Date),
    ("is_datetime", fields.DateTime),
    ("is_string", fields.String),
    ("is_text", fields.String),
)


def _schema(api: Any, columns: Iterable[str], name: str) -> Schema:
    flat: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for column in columns:
        root, _dot, leaf = column.partition(".")
        if leaf:
            nested.setdefault(root, {})[leaf] = fields.String(allow_none=True)
        else:
            flat[root] = _field(api.datamodel, root)
    for root, parts in nested.items():
        flat[root] = fields.Nested(Schema.from_dict(parts, name=f"{name}.{root}"), allow_none=True)
    made: Schema = Schema.from_dict(flat, name=name)()
    return made


def _field(datamodel: Any, column: str) -> Any:
    for test, kind in _FIELDS:
        if getattr(datamodel, test)(column):
            return kind(allow_none=datamodel.is_nullable(column))
    return fields.Raw(allow_none=True)
