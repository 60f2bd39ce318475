"""The API's description: FAB's, made exact about who may ask, what is refused and how a refusal reads."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request
from flask_appbuilder.api import expose
from flask_appbuilder.api.manager import OpenApi as FabOpenApi
from flask_appbuilder.api.manager import SwaggerView

from app.foundation.admin import access_map
from app.foundation.admin.addresses import fab
from app.foundation.admin.arguments import unseen
from app.foundation.admin.filters import words

REFUSAL = "Refusal"
_REFUSAL_SCHEMA = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "string", "description": "What is wrong, in Chinese, with what to do about it"},
        "code": {"type": "string", "description": "The same in a word that does not change"},
        "field": {"type": "string", "nullable": True, "description": "The argument or field it is about"},
        "source": {"type": "string", "description": "The article or office that says so"},
    },
}
_SAID = {
    "400": "The request cannot be used; the message names the argument",
    "401": "No valid token and no session",
    "403": "The caller's posts do not open this",
    "404": "There is no such thing, or the caller may not know of it",
    "413": "The request carries too much",
    "422": "What was sent does not follow the rules",
    "429": "Too many attempts; try again later",
}
_EVERYWHERE = ("400", "413")


class OpenApi(FabOpenApi):
    """``GET /api/v1/_openapi``."""

    targets = {"version": ("v1",)}

    @expose("/<version>/_openapi")
    def get(self, version: str) -> Response:
        """The description of one version
        ---
        get:
          description: This document
          parameters:
          - in: path
            name: version
            required: true
            schema:
              type: string
              enum: [v1]
          responses:
            200:
              description: An OpenAPI 3 document
              content:
                application/json:
                  schema:
                    type: object
                    required: [openapi, info, paths]
            404:
              $ref: '#/components/responses/404'
        """
        described = [one for one in fab().baseviews if getattr(one, "version", None) == version]
        if not described and version != "v1":
            missing: Response = self.response(404, message=words(unseen()))
            return missing
        spec = self._create_api_spec(version)
        for api in described:
            api.add_api_spec(spec)
        self.add_api_spec(spec)
        answer: Response = self.response(200, **exact(spec.to_dict()))
        return answer


def exact(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its servers, ways to sign in, refusals and required arguments as they are."""
    document["servers"] = [{"url": (request.script_root or "") + "/"}]
    parts = document["components"]
    parts["schemas"][REFUSAL] = _REFUSAL_SCHEMA
    parts["responses"] = {status: _refusal(text) for status, text in _SAID.items()}
    parts["securitySchemes"] = {
        "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "jwt_refresh": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": current_app.config["SESSION_COOKIE_NAME"],
            "description": "A signed-in browser; a write also needs the page's token in X-CSRFToken",
        },
    }
    for path, methods in document["paths"].items():
        for operation in methods.values():
            _operation(path, operation)
    return document


def _refusal(text: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{REFUSAL}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _operation(path: str, operation: dict[str, Any]) -> None:
    public = path.endswith(("/_openapi", "/security/login"))
    if public:
        operation["security"] = []
    elif not path.endswith("/security/refresh"):
        operation["security"] = [{"jwt": []}, {"session": []}]
    for one in operation.get("parameters", ()):
        if one.get("in") == "path":
            one["required"] = True
    answers = operation["responses"]
    answers.pop("500", None)  # a fault is nothing anybody may rely on
    for status in (*_EVERYWHERE, *(() if public else ("401",)), *(("404",) if "{" in path else ())):
        answers.setdefault(status, {"$ref": f"#/components/responses/{status}"})
    for status in answers:
        if status in _SAID:
            answers[status] = {"$ref": f"#/components/responses/{status}"}


def serve_document(appbuilder: Any) -> None:
    """Serve ``/api/v1/_openapi`` always, and the interactive page where it is on (FAB ties the two together)."""
    access_map.declare_public("OpenApi")
    appbuilder.add_api(OpenApi)
    if current_app.config.get("FAB_API_SWAGGER_UI"):
        appbuilder.add_view_no_menu(SwaggerView)
