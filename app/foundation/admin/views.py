"""The base classes plugins build their pages on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, has_request_context, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, ModelView, expose
from flask_appbuilder.hooks import before_request
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import access_map, arguments, checks, memory, records
from app.foundation.admin.access_map import PREFIX, ViewRefused
from app.foundation.admin.actions import Acting, action
from app.foundation.admin.forms import ScopedForm, form_class
from app.foundation.admin.listing import Listing
from app.foundation.admin.lookup import LooksUp, Lookup
from app.foundation.admin.operators import RequestFilters
from app.foundation.admin.widgets import Deed, Detail, Details, Fields, ListTable

__all__ = ["PublicView", "ScopedModelView", "ScopedView", "SignedInView", "action", "expose", "has_access"]

STANDARD = ("list", "show", "add", "edit", "delete")


class Registered:
    """Registers its methods with the access map, and refuses unusable input before any of them runs.

    ``targets`` says which rows the arguments of its routes name (see ``targets``).
    """

    public = False
    targets: Mapping[str, Any] = {}

    def create_blueprint(
        self, appbuilder: Any, endpoint: str | None = None, static_folder: str | None = None
    ) -> Any:
        """Called by Flask-AppBuilder when the view is added.

        Raises:
            ViewRefused: a method has no guard, or no pair in the policy.
        """
        access_map.register(self)
        return super().create_blueprint(  # type: ignore[misc]
            appbuilder, endpoint=endpoint, static_folder=static_folder
        )

    @before_request
    def screen(self) -> None:
        """See ``arguments``; generated forms judge their own fields, so that what was typed stays."""
        arguments.screen_query()
        if not isinstance(self, ModelView):
            arguments.screen_form()


class PublicView(Registered, BaseView):
    """Pages for anybody: no guard, and the session is not touched."""

    public = True


class ScopedView(Registered, LooksUp, BaseView):
    """Pages of one's own. ``obj`` and ``acts`` say which policy pair guards each exposed method."""

    obj: str = ""
    acts: Mapping[str, str] = {}
    exclude_route_methods: Any = frozenset()

    def __init__(self) -> None:
        closed = set() if self.lookups else {"lookup"}
        self.exclude_route_methods = set(self.exclude_route_methods) | closed
        super().__init__()

    @property
    def name(self) -> str:
        """The view's name in addresses and menus."""
        return type(self).__name__

    def render_template(self, template: str, **kwargs: Any) -> str:
        """Render a page; one that was asked for by GET becomes a page to go back to."""
        if request.method == "GET":
            memory.visit()
        return str(super().render_template(template, **kwargs))

    def update_redirect(self) -> None:
        """FAB's name for it."""
        memory.visit()

    def get_redirect(self) -> str:
        """Where to go after a POST: the page shown last, else the home page."""
        return memory.last_page() or str(self.appbuilder.get_url_for_index)


class SignedInView(ScopedView):
    """Pages of a person's own (account, posts, 「为什么」): whoever is signed in, nobody else, and no policy pair.

    Every exposed method carries ``@has_access``; whatever it shows of a row is required inside. It names no ``obj``
    and no ``acts``, and stands with its reason on the list of the architecture test.
    """

    signed_in = True


class ScopedModelView(ScopedView, Listing, Acting, ModelView):
    """Lists and forms over one table, twice scoped. What it refuses at the start: ``checks``."""

    title: Any = ""
    list_title: Any = ""
    show_title: Any = ""
    add_title: Any = ""
    edit_title: Any = ""
    list_columns: Any = None
    search_columns: Any = None
    order_columns: Any = None
    related_views: Any = None
    base_permissions: Any = None
    chips: Mapping[str, Mapping[Any, Any]] = {}
    lookups: Mapping[str, Lookup] = {}
    list_hint: Any = ""
    list_empty: Any = ""
    page_size = 25
    list_widget = ListTable
    show_widget = Details
    add_widget = Fields
    edit_widget = Fields
    download = None

    filters_prototype: RequestFilters

    def __init__(self, **kwargs: Any) -> None:
        stated = self.base_permissions
        self._open = {one for one in STANDARD if stated is None or PREFIX + one in stated}
        if "delete" not in self.acts:
            self._open.discard("delete")
        closed = set(STANDARD) - self._open
        if not any(hasattr(getattr(type(self), one, None), "_action") for one in dir(type(self))):
            closed |= {"action", "action_post"}
        self.exclude_route_methods = (
            set(self.exclude_route_methods) | closed | (set() if self.lookups else {"lookup"})
        )
        self._open -= set(self.exclude_route_methods)
        self.base_permissions = None
        ModelView.__init__(self, **kwargs)

    def opens(self, method: str) -> bool:
        """Whether a standard route of this view exists."""
        return method in self._open

    # -- filters of one request ----------------------------------------------------------------------------

    @property
    def _filters(self) -> RequestFilters:
        """FAB keeps one mutable object for all threads; here each request has its own."""
        if not has_request_context():
            return self.filters_prototype
        kept: dict[int, RequestFilters] = g.setdefault("list_filters", {})
        return kept.setdefault(id(self), self.filters_prototype.fresh())

    @_filters.setter
    def _filters(self, value: Any) -> None:
        raise ViewRefused(self.name, "筛选条件不得存放在视图上")

    # -- what FAB prepares at the start --------------------------------------------------------------------

    def _init_properties(self) -> None:
        """FAB would fill every list left out with all columns, and write labels into class attributes."""
        for name in ("label_columns", "description_columns", "validators_columns", "formatters_columns"):
            setattr(self, name, dict(getattr(self, name) or {}))
        for name in ("add_form_extra_fields", "edit_form_extra_fields"):
            setattr(self, name, dict(getattr(self, name) or {}))
        for name in ("show", "add", "edit"):
            sets = getattr(self, f"{name}_fieldsets")
            stated = [one for fieldset in sets for one in fieldset[1]["fields"]] if sets else None
            setattr(self, f"{name}_columns", stated or list(getattr(self, f"{name}_columns") or []))
        self.list_columns = list(self.list_columns or [])
        self.search_columns = list(self.search_columns or [])
        self.order_columns = list(
            self.order_columns or [one for one in self.list_columns if self.datamodel.is_mapped(one)]
        )
        self.related_views = list(self.related_views or [])
        self._related_views: list[Any] = []
        if self.base_filters:
            raise ViewRefused(self.name, "base_filters 只管列表：请改用 ScopedInterface(…, within=…)")
        self._base_filters = RequestFilters(self.datamodel)
        checks.view(self)
        self.filters_prototype = RequestFilters(self.datamodel, self.search_columns, self.chips)

    def _init_forms(self) -> None:
        self.search_form = None
        versioned = "version" in self.datamodel.list_columns
        for name, columns, extra in (
            ("add", self.add_columns, self.add_form_extra_fields),
            ("edit", self.edit_columns, self.edit_form_extra_fields),
        ):
            if not self.opens(name):
                continue
            own = getattr(self, f"{name}_form")
            if own is not None and not issubclass(own, ScopedForm):
                raise ViewRefused(self.name, f"{name}_form 须继承 ScopedForm")
            if own is None:
                own = form_class(self, columns, extra, versioned=versioned and name == "edit")
            setattr(self, f"{name}_form", own)

    def _init_titles(self) -> None:
        what = self.title or access.policy().label("obj", self.obj)
        self.title = what
        self.list_title = self.list_title or what
        self.show_title = self.show_title or what
        self.add_title = self.add_title or _l("新增%(what)s", what=what)
        self.edit_title = self.edit_title or _l("修改%(what)s", what=what)

    # -- pages ---------------------------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """One page of rows."""
        return self.render_template(self.list_template, title=self.list_title, widgets=self.list_page())

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> Any:
        """One row, and the lists below it."""
        row = self.datamodel.seen(pk, self.show_columns)
        below = self.related_tables(row, request.args)
        return self.render_template(
            self.show_template,
            pk=row.id,
            title=self.show_title,
            item=row,
            widgets={"show": self._details(row), "related_views": [table for _view, table in below]},
            related_views=[view for view, _table in below],
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """The form for a new row."""
        if request.method == "GET":
            return self._form_page("add", records.bound(self, self.add_form), 200)
        try:
            row = records.add(self, self.act_of("add"))
        except records.Again as again:
            return self._form_page("add", again.form, again.status)
        flash(_("已登记。"), "success")
        return self.post_add_redirect(row)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        """The form over a row; seen but not the actor's to change is a 403 already here."""
        if request.method == "GET":
            row = records.allowed(self, pk, self.act_of("edit"))
            form = records.bound(self, self.edit_form, row)
            self.prefill_form(form, row.id)
            return self._form_page("edit", form, 200)
        try:
            row = records.edit(self, pk, self.act_of("edit"))
        except records.Again as again:
            return self._form_page("edit", again.form, again.status)
        flash(_("已保存。"), "success")
        return self.post_edit_redirect(row)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Delete a row; open only where ``acts`` names it."""
        records.delete(self, pk, self.act_of("delete"))
        flash(_("已删除。"), "success")
        return self.post_delete_redirect()

    # -- where things lead ---------------------------------------------------------------------------------

    def act_of(self, method: str) -> str:
        """The policy act of one of the standard methods."""
        return access_map.act_for(self, method, PREFIX + method) or "edit"

    def row_url(self, row: Any) -> str | None:
        """Where a click on a row leads."""
        return url_for(f"{self.endpoint}.show", pk=row.id) if self.opens("show") else None

    def add_url(self) -> str | None:
        """The form for a new row, where the actor may."""
        may = self.opens("add") and access.may(current_actor(), self.obj, self.act_of("add"))
        return url_for(f"{self.endpoint}.add") if may else None

    def post_add_redirect(self, row: Any) -> Any:
        return redirect(self.row_url(row) or url_for(f"{self.endpoint}.list"))

    def post_edit_redirect(self, row: Any) -> Any:
        return redirect(self.row_url(row) or url_for(f"{self.endpoint}.list"))

    def post_delete_redirect(self) -> Any:
        return redirect(url_for(f"{self.endpoint}.list"))

    def _details(self, row: Any) -> Any:
        cells = self.cells(row, self.show_columns)
        lines = zip(self.show_columns, cells, strict=True)
        return self.show_widget(
            pk=row.id,
            rows=[Detail(str(self.label_columns[name]), one.text, one.tone, one.chip) for name, one in lines],
            edit_url=self._url_if("edit", row),
            delete_url=self._url_if("delete", row),
            label_columns=self.label_columns,
            include_columns=self.show_columns,
            value_columns=list(cells),
            formatters_columns={},
            actions=[self._deed(one, row) for one in self.offered_on(row)],
            fieldsets=self.show_fieldsets,
            modelview_name=self.name,
        )

    def _deed(self, one: Any, row: Any) -> Deed:
        url = url_for(f"{self.endpoint}.action", name=one.name, pk=row.id)
        return Deed(one.name, str(one.text), str(one.confirmation or ""), url)

    def _url_if(self, method: str, row: Any) -> str | None:
        may = self.opens(method) and access.can(current_actor(), self.obj, self.act_of(method), row)
        return url_for(f"{self.endpoint}.{method}", pk=row.id) if may else None

    def _form_page(self, kind: str, form: ScopedForm, status: int) -> Any:
        for field in form.lookups():
            field.endpoint = self.endpoint
        widget = getattr(self, f"{kind}_widget")(
            form=form,
            include_cols=getattr(self, f"{kind}_columns"),
            exclude_cols=[],
            fieldsets=getattr(self, f"{kind}_fieldsets"),
            findings=form.findings(),
        )
        page = self.render_template(
            getattr(self, f"{kind}_template"),
            title=getattr(self, f"{kind}_title"),
            widgets={kind: widget, "related_views": []},
            related_views=[],
            item=form.row,
            findings=form.findings(),
        )
        return make_response(page, status)
