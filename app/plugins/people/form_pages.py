"""A form of ours over a page of ours: bound, searched, refused with whatever was typed."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext as _

from app.foundation.admin.filters import words
from app.foundation.admin.forms import ScopedForm
from app.foundation.admin.lookup import FIND, read_term
from app.kernel.errors import Refusal
from app.plugins.people import forms
from app.plugins.people.forms import PersonForm
from app.plugins.people.shown import findings_of, role_label


class FormPages:
    """Mixed into views that show such forms."""

    endpoint: str

    def render_template(self, template: str, **kwargs: Any) -> str:
        """With the names of roles."""
        return str(super().render_template(template, role_label=role_label, **kwargs))  # type: ignore[misc]

    def _bound(self, form: Any) -> Any:
        for field in form.lookups():
            field.endpoint = self.endpoint
        return form

    def _searched(self, form: ScopedForm) -> bool:
        """The 查找 button: the form comes back with what was found."""
        wanted = request.form.get(FIND)
        for field in form.lookups():
            if field.name == wanted:
                field.search(read_term(f"{field.name}-term"))
        return wanted is not None

    def _form_again(self, form: ScopedForm) -> None:
        """The rows chosen are read again inside the transaction."""
        for field in form.lookups():
            if field.key is not None and field.data is not None:
                field.data = field.lookup.find(field.key)

    def _form(self, template: str, form: ScopedForm, **more: Any) -> Response:
        status = 422 if form.errors else 200
        page = self.render_template(
            template, form=form, findings=form.findings(), groups=_groups(form), **more
        )
        return make_response(page, status)

    def _refused(self, template: str, form: ScopedForm, refused: Refusal, **more: Any) -> Response:
        form.accuse([(one.field, words(one)) for one in findings_of(refused)])
        page = self.render_template(
            template, form=form, findings=form.findings(), groups=_groups(form), **more
        )
        return make_response(page, refused.status)


def _groups(form: Any) -> list[tuple[str, list[Any]]]:
    parts: list[tuple[Any, tuple[str, ...]]] = [(_("岗位"), forms.POST)]
    if isinstance(form, PersonForm):
        parts = [(_("账号"), forms.ACCOUNT), *parts, (_("启用"), forms.NOTICE)]
    return [(str(title), [form[name] for name in names]) for title, names in parts]
