"""The contract of a capability, and the loader that puts them in order."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from flask import Blueprint, Flask

ENTRY_POINTS = "bianban.plugins"


class PluginError(RuntimeError):
    """A plugin is missing, broken, duplicated or part of a cycle; the start stops and says which."""


class Plugin:
    """One capability. Subclass it in ``<package>/plugin.py``.

    Attributes:
        name: the package's noun, unique.
        title: what people call it, Chinese.
        requires: names of the plugins it may import from and is started after.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()

    def init_app(self, app: Flask) -> None:
        """Connect receivers, commands and template folders."""

    def register_views(self, appbuilder: Any) -> None:
        """Add views, APIs and menu entries to Flask-AppBuilder."""


def find(dotted: str) -> type[Plugin]:
    """The class named ``package.module:Class``.

    Raises:
        PluginError: it cannot be imported or is no Plugin.
    """
    module_name, _, class_name = dotted.partition(":")
    try:
        candidate = getattr(import_module(module_name), class_name)
    except Exception as error:
        raise PluginError(f"plugin {dotted}: cannot be imported: {error}") from error
    if not (isinstance(candidate, type) and issubclass(candidate, Plugin)):
        raise PluginError(f"plugin {dotted}: is not a Plugin")
    return candidate


def discover(listed: Iterable[str]) -> list[type[Plugin]]:
    """The listed plugins and those that outside packages offer by the entry-point group."""
    names = [*listed, *(point.value for point in entry_points(group=ENTRY_POINTS))]
    return [find(name) for name in names]


def ordered(classes: Iterable[type[Plugin]]) -> list[type[Plugin]]:
    """Plugins after everything they require, otherwise in the given order.

    Raises:
        PluginError: a name appears twice, a requirement is missing, or requirements form a cycle.
    """
    by_name: dict[str, type[Plugin]] = {}
    for cls in classes:
        if cls.name in by_name:
            raise PluginError(f"plugin {cls.name}: listed twice")
        by_name[cls.name] = cls
    done: list[type[Plugin]] = []
    state: dict[str, str] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if state.get(name) == "done":
            return
        if state.get(name) == "open":
            raise PluginError(f"plugin {name}: requirements form a cycle: {' → '.join((*trail, name))}")
        if name not in by_name:
            raise PluginError(f"plugin {trail[-1]}: requires {name}, which is not enabled")
        state[name] = "open"
        for needed in by_name[name].requires:
            visit(needed, (*trail, name))
        state[name] = "done"
        done.append(by_name[name])

    for name in by_name:
        visit(name, ())
    return done


def import_models(classes: Iterable[type[Plugin]]) -> None:
    """Import each plugin's ``models`` module where it has one, so that Alembic sees every table."""
    for cls in classes:
        module = f"{cls.__module__.rpartition('.')[0]}.models"
        if find_spec(module) is not None:
            import_module(module)


def _pages(app: Flask, cls: type[Plugin]) -> None:
    """Let the templates and static files of the plugin's package be found (``url_for('<name>.static', …)``)."""
    package = cls.__module__.rpartition(".")[0]
    static = (Path(str(import_module(package).__file__)).parent / "static").is_dir()
    app.register_blueprint(
        Blueprint(
            cls.name,
            package,
            template_folder="templates",
            static_folder="static" if static else None,
            static_url_path=f"/static/{cls.name}" if static else None,
        )
    )


def start(app: Flask, listed: Iterable[str]) -> list[Plugin]:
    """Find, order and initialise the plugins.

    Raises:
        PluginError: with the plugin's name; nothing is skipped silently.
    """
    classes = ordered(discover(listed))
    import_models(classes)
    plugins = []
    for cls in classes:
        try:
            _pages(app, cls)
            plugin = cls()
            plugin.init_app(app)
        except Exception as error:
            raise PluginError(f"plugin {cls.name}: failed to start: {error}") from error
        plugins.append(plugin)
    return plugins
