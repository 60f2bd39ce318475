"""Which policy pair (object, act) guards which exposed method; the security manager asks here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import current_app, has_app_context

from app.foundation import access

PREFIX = "can_"
MENU = "menu_access"
SEEING = frozenset({"list", "show", "get", "get_list", "info", "download", "lookup"})
EDITING = frozenset({"add", "edit", "post", "put"})

_pairs: dict[tuple[str, str], tuple[str, str]] = {}
_public: set[str] = set()
_signed_in: set[str] = set()
_classes: dict[str, str] = {}


class ViewRefused(RuntimeError):
    """A view asks for something the house does not allow; the start stops and names the view."""

    def __init__(self, view: str, what: str) -> None:
        super().__init__(f"视图 {view}：{what}")


def register(view: Any) -> None:
    """Resolve every exposed method of a view (class or instance) to a pair the policy knows.

    Raises:
        ViewRefused: a method resolves to nothing, to a pair without a policy line, or stands open to everybody.
    """
    name = _claim(view)
    if getattr(view, "public", False):
        _public.add(name)
        return
    obj = getattr(view, "obj", None)
    if getattr(view, "signed_in", False):
        _register_signed_in(name, view, obj)
        return
    if not (isinstance(obj, str) and obj):
        raise ViewRefused(name, "未写明对象（obj）")
    for method, permission in permissions(view):
        if permission is None:
            raise ViewRefused(name, f"方法 {method} 已开放网址，却没有 @has_access")
        act = act_for(view, method, permission)
        if act is None:
            raise ViewRefused(name, f"方法 {method} 没有对应的动作：请写进 acts")
        if not access.policy().knows(obj, act):
            raise ViewRefused(name, f"方法 {method} 对应 {obj}.{act}，policies/policy.csv 中没有这一项")
        if _pairs.setdefault((name, permission), (obj, act)) != (obj, act):
            raise ViewRefused(
                name, f"权限 {permission} 对应两个不同的动作：{_pairs[name, permission]} 与 {(obj, act)}"
            )


def _register_signed_in(name: str, view: Any, obj: Any) -> None:
    """A person's own pages: whoever is signed in, nobody else; what they show is decided inside, row by row."""
    if obj or getattr(view, "acts", None):
        raise ViewRefused(name, "登录即可使用的页面不写对象和动作（obj、acts）")
    for method, permission in permissions(view):
        if permission is None:
            raise ViewRefused(name, f"方法 {method} 已开放网址，却没有 @has_access")
    _signed_in.add(name)


def declare_public(*view_names: str) -> None:
    """Say that views we did not write (FAB's own document view, for one) answer anybody."""
    _public.update(view_names)


def lookup(view_name: str, permission: str) -> tuple[str, str] | None:
    """The pair behind FAB's permission string, or None when nobody declared it (which means no).

    For a menu entry it is a pair the current actor holds, where there is one.
    """
    if permission != MENU:
        return _pairs.get((view_name, permission))
    pairs, actor = menu_pairs(view_name), access.current_actor()
    return next((pair for pair in pairs if access.may(actor, *pair)), next(iter(pairs), None))


def pairs() -> Iterator[tuple[str, str, str, str]]:
    """Everything registered: permission, view, object, act."""
    for (view, permission), (obj, act) in _pairs.items():
        yield permission, view, obj, act


def is_public(view_name: str) -> bool:
    """True when the view answers anybody; for the name of a menu entry, when a view below it does."""
    if view_name in _public or view_name in _classes:
        return view_name in _public
    return any(view in _public for view in menu_views(view_name))


def is_signed_in(view_name: str) -> bool:
    """True when the view answers every signed-in person; for a menu entry, when a view below it does."""
    if view_name in _signed_in or view_name in _classes:
        return view_name in _signed_in
    return any(view in _signed_in for view in menu_views(view_name))


def menu_pairs(name: str) -> tuple[tuple[str, str], ...]:
    """All pairs that may open a menu entry: its own view's, or those of the entries below it."""
    found = []
    for view in menu_views(name):
        pairs = [pair for (owner, _permission), pair in _pairs.items() if owner == view]
        seeing = [pair for pair in pairs if pair[1] == "see"]
        found.extend(seeing or pairs)
    return tuple(dict.fromkeys(found))


def menu_views(name: str) -> tuple[str, ...]:
    """Permission names of the views reached from a menu entry or from the entries below it."""
    if not has_app_context() or "appbuilder" not in current_app.extensions:
        return ()
    item = current_app.extensions["appbuilder"].menu.find(name)
    return tuple(_views_below(item)) if item is not None else ()


def permissions(view: Any) -> Iterator[tuple[str, str | None]]:
    """Each exposed method or action of a view with its permission string; None where no guard stands."""
    closed = set(getattr(view, "exclude_route_methods", None) or ())
    opened = getattr(view, "include_route_methods", None)
    for name in dir(view):
        member: Any = getattr(view, name, None)
        if hasattr(member, "_action"):
            yield name, member._action[0]
        elif hasattr(member, "_urls") and name not in closed and (opened is None or name in opened):
            if getattr(member, "_guards_itself", False):
                continue
            yield name, _permission(view, name, member)


def act_for(view: Any, method: str, permission: str) -> str | None:
    """The policy act of one method: stated in ``acts``, or the default for FAB's usual names."""
    acts = getattr(view, "acts", None) or {}
    bare = permission.removeprefix(PREFIX)
    stated = acts.get(method) or acts.get(bare)
    if stated:
        return str(stated)
    if bare in SEEING:
        return "see"
    return "edit" if bare in EDITING else None


def _permission(view: Any, name: str, member: Any) -> str | None:
    given = (getattr(view, "method_permission_name", None) or {}).get(name)
    bare = given or getattr(member, "_permission_name", None)
    return f"{PREFIX}{bare}" if bare else None


def _claim(view: Any) -> str:
    """One permission name belongs to one class; a second class of that name would inherit its rights."""
    cls = view if isinstance(view, type) else type(view)
    name = str(getattr(view, "class_permission_name", None) or cls.__name__)
    owner = f"{cls.__module__}.{cls.__qualname__}"
    if _classes.setdefault(name, owner) != owner:
        raise ViewRefused(name, f"名称已被 {_classes[name]} 使用，{owner} 须另取名")
    for key in [key for key in _pairs if key[0] == name]:
        del _pairs[key]
    _public.discard(name)
    _signed_in.discard(name)
    return name


def _views_below(item: Any) -> Iterator[str]:
    if item.baseview is not None:
        yield str(item.baseview.class_permission_name)
    for child in item.childs:
        yield from _views_below(child)
