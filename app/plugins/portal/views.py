"""The public home and the published list of passed sites; read as the public, whoever is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, jsonify, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import clock
from app.foundation.admin import labels
from app.foundation.admin.arguments import unseen
from app.foundation.admin.views import PublicView, expose
from app.foundation.admin.widgets import pages_of
from app.foundation.documents import csv_table
from app.foundation.signing import throttle
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Refusal
from app.plugins.badges.public_views import as_public, cached, public_url
from app.plugins.operations import exports
from app.plugins.portal import queries
from app.plugins.portal.queries import Passed
from app.plugins.registry.asked import page_number

PAGE_SIZE = 30
JSON_SIZE = 100
EXPORT = "passed_sites"
HEADINGS = (
    _l("机构名称"), _l("机构类型"), _l("网站名称"), _l("中文域名"), _l("英文域名"), _l("审核机关"), _l("审核通过日期"),
    _l("标识编号"), _l("标识状态"), _l("标识发放日期"),
)  # fmt: skip
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
        chosen, words, exact = self._asked()
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
            most=exports.limit(EXPORT).direct,
        )
        return cached(make_response(page_text))

    @expose("/passed.csv")
    @as_public
    def table(self) -> Any:
        """The same list as a table, whole, up to as many lines as the rules of exports allow.

        Raises:
            TooManyRequests: past the limit of the address.
            Refusal: more lines than may be given away at once.
        """
        throttle.count_public()
        chosen, words, exact = self._asked()
        most = exports.limit(EXPORT).direct
        lines, total = queries.passed(chosen, words, 1, most + 1, exact=exact)
        if total > most:
            raise Refusal(
                "passed-large",
                N_("名单超过 %(most)s 条，请选择审核机关或者按名称查找，缩小范围后再下载。"),
                most=most,
            )
        response = make_response(csv_table.table([str(one) for one in HEADINGS], map(_cells, lines)))
        response.headers["Content-Type"] = csv_table.CONTENT_TYPE
        name = f"passed-{chosen.code if chosen is not None else 'all'}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return cached(response)

    @expose("/passed.json")
    @as_public
    def facts(self) -> Any:
        """The same list for programs, a page at a time; ``next`` is the address of the page after it.

        Raises:
            TooManyRequests: past the limit of the address.
        """
        throttle.count_public()
        chosen, words, exact = self._asked()
        page = page_number()
        lines, total = queries.passed(chosen, words, page, JSON_SIZE, exact=exact)
        known = min(total, queries.COUNT_LIMIT)
        more = page * JSON_SIZE < known
        response = jsonify(
            office=chosen.code if chosen is not None else None,
            total=known,
            more_than_total=total > queries.COUNT_LIMIT,
            page=page,
            next=self._json_page(page + 1) if more else None,
            sites=[_plain(one) for one in lines],
        )
        response.headers["Access-Control-Allow-Origin"] = "*"
        return cached(response)

    def _json_page(self, page: int) -> str:
        kept: dict[str, Any] = {
            name: request.args[name] for name in ("office", "q", "exact") if request.args.get(name)
        }
        base = current_app.config["PUBLIC_URL"].rstrip("/")
        return base + url_for("PortalView.facts", **kept, page=page)

    def _asked(self) -> tuple[Office | None, str, bool]:
        """The office, the words and whether the office alone: what the address narrows the list to."""
        words = " ".join(request.args.get("q", "").split())[:_LONGEST_TYPED]
        return self._office(), words, request.args.get("exact") == "1"

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


def _day(moment: datetime | None) -> str:
    return clock.localise(moment).date().isoformat() if moment is not None else ""


def _state(one: Passed) -> str:
    return labels.of("badge", one.state)[0] if one.state else str(_("待核发"))


def _cells(one: Passed) -> list[str]:
    """A line of the table, under ``HEADINGS``."""
    return [
        one.organ_name, one.organ_type, one.site_name, one.chinese_domain, one.english_domain, one.office_name,
        _day(one.approved_at), one.number or "", _state(one), _day(one.issued_at),
    ]  # fmt: skip


def _plain(one: Passed) -> dict[str, Any]:
    """A line for programs; days are Beijing days."""
    badge = None
    if one.number:
        badge = {
            "number": one.number,
            "state": one.state,
            "issued_on": _day(one.issued_at),
            "url": public_url(one.number),
        }
    return {
        "organ_name": one.organ_name,
        "organ_type": one.organ_type,
        "site_name": one.site_name,
        "chinese_domain": one.chinese_domain,
        "english_domain": one.english_domain,
        "hosts": list(one.hosts),
        "office": one.office_name,
        "approved_on": _day(one.approved_at),
        "sha256": one.sha256,
        "badge": badge,
    }


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
