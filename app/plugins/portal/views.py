"""The public home and the published list of passed sites; read as the public, whoever is signed in."""

from __future__ import annotations

from typing import Any

from flask import make_response, request, url_for
from flask_babel import gettext as _

from app.foundation.admin.arguments import unseen
from app.foundation.admin.views import PublicView, expose
from app.foundation.admin.widgets import pages_of
from app.foundation.signing import throttle
from app.foundation.tenancy.models import Office
from app.plugins.badges.public_views import as_public, cached
from app.plugins.portal import queries
from app.plugins.registry.asked import page_number

PAGE_SIZE = 30
NEWEST = 8
_LONGEST_TYPED = 60


class PortalView(PublicView):
    """What a visitor sees first."""

    route_base = "/portal"
    default_view = "index"

    @expose("/")
    @as_public
    def index(self) -> Any:
        """What the platform is, looking up a badge, the newest passed sites."""
        newest, _total = queries.passed(None, "", 1, NEWEST)
        return cached(make_response(self.render_template("portal/home.html", newest=newest)))

    @expose("/passed/")
    @as_public
    def passed(self) -> Any:
        """审核通过网站名单, by office and searchable (C-art.12); so often in a minute and no more.

        Raises:
            TooManyRequests: past the limit of the address.
        """
        throttle.count_public()
        chosen = self._office()
        words = " ".join(request.args.get("q", "").split())[:_LONGEST_TYPED]
        exact = request.args.get("exact") == "1"
        page = page_number()
        lines, total = queries.passed(chosen, words, page, PAGE_SIZE, exact=exact)
        trail, below = queries.around(chosen)
        page_text = self.render_template(
            "portal/passed.html",
            lines=lines,
            total=total,
            page=page,
            pages=pages_of(min(total, queries.COUNT_LIMIT), PAGE_SIZE),
            words=words,
            chosen=chosen,
            exact=exact,
            trail=[(one.short_name, self._link(one, words)) for one in trail],
            below=[(one.short_name, self._link(one, words), False, None) for one in below],
        )
        return cached(make_response(page_text))

    def _office(self) -> Office | None:
        code = request.args.get("office", "").strip()
        if not code:
            return None
        chosen = queries.office(code[:32])
        if chosen is None:
            raise unseen()
        return chosen

    def _link(self, office: Office, words: str) -> str:
        code = None if office.level == "central" else office.code
        return url_for("PortalView.passed", office=code, q=words or None)


def public_links() -> dict[str, Any]:
    """The entries on top of every public page."""
    return {
        "public_links": [
            (_("首页"), url_for("PortalView.index")),
            (_("核验标识"), url_for("VerifyView.index")),
            (_("审核通过网站名单"), url_for("PortalView.passed")),
            (_("登录办理"), url_for("SignInView.login")),
        ]
    }
