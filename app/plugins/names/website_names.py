"""Good and bad names for the unit at hand, and what is wrong with the one being typed (C-art.7(4))."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request
from markupsafe import Markup

from app.foundation import access
from app.foundation.admin.filters import words
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.database import db
from app.foundation.tenancy.models import Unit
from app.plugins.names import facts
from app.plugins.names.naming import examples, website_name_findings

LONGEST = 500


class WebsiteNameView(ScopedView):
    """Asked while a name is typed; it looks at nothing but the sealed facts of the page."""

    route_base = "/website-names"
    obj = "domain"
    acts = {"said": "see"}
    default_view = "said"

    @expose("/said")
    @has_access
    def said(self) -> Any:
        """``{"findings": [{"text", "source"}]}`` for ``name`` by the sealed ``facts``; an empty list when it may stand."""
        known = facts.unseal(request.args.get("facts", ""))
        found = website_name_findings(request.args.get("name", "")[:LONGEST], known)
        return jsonify(findings=[{"text": str(words(one)), "source": one.source} for one in found])


def help_for(unit_id: int, field: str = "site_name") -> Markup:
    """The card with examples for a unit, beside the form that holds ``field``; a script asks while one types.

    The platform looks at the unit: whoever carries only its website (S8) sees its name on the form itself.
    """
    with access.acting_as(access.system("names", over=access.EVERYWHERE)):
        unit = db.session.get(Unit, unit_id)
        if unit is None:
            return Markup()
        known = facts.of(unit)
    return Markup(  # noqa: S704 - the template escapes  # nosec B704
        render_template(
            "names/_website_name.html", shown=examples(known), sealed=facts.seal(known), field=field
        )
    )
