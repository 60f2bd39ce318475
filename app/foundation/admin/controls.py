"""Draws one WTForms field the way our own forms look, whatever widget Flask-AppBuilder gave it."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import fieldwidgets
from markupsafe import Markup
from wtforms import widgets

# FAB's widgets bring Bootstrap classes, placeholders that repeat the label and a date picker that needs jQuery.
_PLAIN: tuple[tuple[type[Any], Any], ...] = (
    (fieldwidgets.BS3PasswordFieldWidget, widgets.PasswordInput()),
    (fieldwidgets.BS3TextAreaFieldWidget, widgets.TextArea()),
    (fieldwidgets.BS3TextFieldWidget, widgets.TextInput()),
    (fieldwidgets.DatePickerWidget, widgets.DateInput()),
    (fieldwidgets.Select2ManyWidget, widgets.Select(multiple=True)),
    (fieldwidgets.Select2Widget, widgets.Select()),
)


def control(field: Any, **attributes: Any) -> Markup:
    """The input alone, tied to its hint and error; look-up fields and others of our own draw themselves."""
    described = [
        f"{field.id}-{part}" for part, text in (("hint", field.description), ("err", field.errors)) if text
    ]
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    for replaced, plain in _PLAIN:
        if isinstance(field.widget, replaced):
            if replaced is fieldwidgets.BS3TextAreaFieldWidget:
                attributes.setdefault("rows", 4)
            return Markup(plain(field, **attributes))  # noqa: S704 - WTForms escapes # nosec B704
    return Markup(field(**attributes))  # noqa: S704 - WTForms escapes # nosec B704
