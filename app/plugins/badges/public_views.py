"""Pages for anybody: one badge as page, JSON and image; looking one up; what to do about a counterfeit.

Everything is read as the public, also for somebody signed in: the page must look the same to all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, jsonify, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.foundation import access
from app.foundation.admin import labels
from app.foundation.admin.targets import Row
from app.foundation.admin.views import PublicView, expose
from app.foundation.signing import throttle
from app.kernel import domains
from app.kernel.errors import Refusal
from app.plugins.badges import drawing, numbering, queries, referer, statement
from app.plugins.badges.catalogue import catalogue
from app.plugins.badges.models import Badge

MAX_AGE = 60
_LONGEST_TYPED = 300
Answer = Callable[..., Any]


def as_public(method: Answer) -> Answer:
    """Read and render as the public, whoever is signed in, and leave the session alone.

    Choosing the language writes to the session; a cookie on an answer that caches may keep would be handed to
    the next visitor.
    """

    @wraps(method)
    def inner(*args: Any, **kwargs: Any) -> Any:
        with access.acting_as(access.ANONYMOUS):
            answer = method(*args, **kwargs)
        session.modified = False
        return answer

    return inner


def public_url(number: str) -> str:
    """The address of a badge's verification page, as it stands in codes and QR."""
    return f"{current_app.config['PUBLIC_URL'].rstrip('/')}/badge/{number}"


def mark_of(badge: Badge) -> tuple[str, str]:
    """The two lines inside the shield."""
    return ("党政", "机关") if badge.track == "organ" else ("事业", "单位")


def image_of(badge: Badge) -> str:
    """The badge image as it is now."""
    standing = "" if badge.state == "issued" else labels.of("badge", badge.state)[0]
    return drawing.badge_svg(badge.number, badge.track, mark_of(badge), standing)


def cached(response: Response, *vary: str) -> Response:
    """Let shared caches keep an answer for a minute; browsers ask again each time, by its content (the nonce aside).

    So whoever looks again right after a revocation does not see the page of a minute ago.
    """
    body = response.get_data().replace(str(g.get("csp_nonce", "-")).encode(), b"")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={MAX_AGE}"
    for name in vary:
        response.vary.add(name)
    response.make_conditional(request)
    return response


class VerifyView(PublicView):
    """``/badge/``: the platform's most read pages."""

    route_base = "/badge"
    targets = {"number": Row(Badge, by="number")}
    default_view = "index"

    @expose("/")
    @as_public
    def index(self) -> Any:
        """Look a badge up by its number or by a host; so often in a minute and no more.

        Raises:
            TooManyRequests: past the limit of the address.
        """
        typed = request.args.get("q", "")[:_LONGEST_TYPED]
        if not typed.strip():
            return self._lookup("", 200)
        throttle.count_public()
        number = numbering.normalise(typed)
        if number.startswith(numbering.PREFIX) and number[2:].isdigit():
            return redirect(url_for("VerifyView.page", number=number))
        try:
            host = domains.host(referer.host_of(typed) or typed)
        except Refusal:
            return self._lookup(typed, 422)
        found = queries.number_of_host(host.ascii)
        return (
            redirect(url_for("VerifyView.page", number=found))
            if found
            else self._unknown(typed, host.unicode)
        )

    @expose("/counterfeit")
    @as_public
    def counterfeit(self) -> Any:
        """What to do about a site or badge that pretends (C-art.21)."""
        return self.render_template("badges/counterfeit.html", catalogue=catalogue())

    @expose("/<string:number>")
    @as_public
    def page(self, number: str) -> Any:
        """One badge: whose it is, for which hosts, and whether it is in force."""
        badge = queries.by_number(numbering.normalise(number))
        if badge is None:
            return self._unknown(number)
        own = (request.host, urlsplit(current_app.config["PUBLIC_URL"]).netloc)
        page = self.render_template(
            "badges/verify.html",
            said=statement.of(badge),
            image=Markup(image_of(badge)),  # noqa: S704 - drawn by us, escaped # nosec B704
            qr=Markup(drawing.qr_svg(public_url(badge.number))),  # noqa: S704 - no text # nosec B704
            came_from=referer.stranger(
                request.referrer,
                (host["ascii"] for host in badge.hosts),
                (referer.name_of(one) for one in own),
            ),
        )
        return cached(make_response(page), "Referer")

    @expose("/<string:number>.json")
    @as_public
    def facts(self, number: str) -> Any:
        """The same facts for programs."""
        badge = queries.by_number(numbering.normalise(number))
        if badge is None:
            answer = jsonify(message=_("没有这个编号的标识。"), code="badge-unknown", field="number")
            answer.headers["Cache-Control"] = "no-store"
            return answer, 404
        response = jsonify(statement.as_json(statement.of(badge), public_url(badge.number)))
        response.headers["Access-Control-Allow-Origin"] = "*"
        return cached(response)

    @expose("/<string:number>.svg")
    @as_public
    def image(self, number: str) -> Any:
        """The image that hangs on the site; it shows when the badge is no longer in force."""
        badge = queries.by_number(numbering.normalise(number))
        if badge is None:
            return Response("", 404, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})
        response = Response(image_of(badge), mimetype="image/svg+xml")
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return cached(response)

    def _lookup(self, typed: str, status: int) -> Response:
        page = self.render_template("badges/lookup.html", typed=typed, refused=status == 422)
        return make_response(page, status)

    def _unknown(self, typed: str, host: str = "") -> Response:
        shown = typed[:_LONGEST_TYPED]
        page = self.render_template("badges/unknown.html", typed=shown, host=host, catalogue=catalogue())
        response = make_response(page, 404)
        response.headers["Cache-Control"] = "no-store"
        return response
