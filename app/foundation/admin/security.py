"""Flask-AppBuilder's security manager with Casbin as the only source of permissions."""

from __future__ import annotations

from typing import Any

from flask import g, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from sqlalchemy import select

from app.foundation import access
from app.foundation.access.actors import UNGUARDED
from app.foundation.admin import access_map, gate
from app.foundation.admin.signin import SignInView
from app.foundation.admin.tokens import TokenApi
from app.foundation.database import db
from app.foundation.signing import entry, sessions
from app.foundation.tenancy.models import Person


class CasbinSecurityManager(SecurityManager):
    """FAB's tables of permissions stay empty: every answer comes from the policy and the posts held today."""

    user_model = Person
    authdbview = SignInView
    security_api = TokenApi

    def register_views(self) -> None:
        """Only signing in; FAB's pages for users, roles and permissions would be a second source."""
        self.appbuilder.add_api(self.security_api)
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)

    # -- who asks: the session record decides, at every request ---------------------------------------------

    def load_user(self, pk: Any) -> Person | None:
        """The person of the cookie's session, in one statement; a session that ended names nobody."""
        return _recognised(session.get(entry.TOKEN), pk, "browser")

    def load_user_jwt(self, _header: Any, claims: dict[str, Any]) -> Person | None:
        """The person of a token's session."""
        person = _recognised(claims.get(entry.TOKEN), claims.get("sub"), "api")
        if person is None:
            return None
        g.user = person
        if gate.lacks_factor(g.sign_in_session):
            g.user = None
            return None
        return person

    def get_user_by_id(self, pk: Any) -> Person | None:
        """One account, read without the row guard; it says nothing of a session."""
        query = select(Person).where(Person.id == int(pk))
        return db.session.scalar(query, execution_options=UNGUARDED)

    def auth_user_db(self, username: str, password: str) -> None:
        """FAB's way in, closed: ``signing.entry`` is the only one."""
        return None

    def find_user(self, username: str | None = None, email: str | None = None) -> Person | None:
        """The account of that very name, for signing in; accounts are never found by email."""
        if not username:
            return None
        query = select(Person).where(Person.username == username)
        return db.session.scalar(query, execution_options=UNGUARDED)

    def get_first_user(self) -> None:
        """FAB would read an arbitrary account to even out timing; the fake hash check does that already."""
        return None

    def noop_user_update(self, user: Any) -> None:
        return None

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return access_map.is_public(view_name)

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        if access_map.is_public(view_name):
            return True
        if access_map.is_signed_in(view_name) and access.current_actor().person_id is not None:
            return True
        wanted = access_map.lookup(view_name, permission_name)
        return wanted is not None and access.may(access.current_actor(), *wanted)

    def _get_user_permission_view_menus(
        self, user: Any, permission_name: str, view_menus_name: list[str]
    ) -> set[str]:
        """FAB asks once for each level of the menu, with names repeated: each is decided once a request."""
        kept: dict[tuple[str, str], bool] = g.setdefault("menu_access", {})
        for name in set(view_menus_name):
            if (permission_name, name) not in kept:
                kept[permission_name, name] = self._has_view_access(user, permission_name, name)
        return {name for name in set(view_menus_name) if kept[permission_name, name]}

    def get_user_permissions(self, user: Any) -> set[tuple[str, str]]:
        actor = access.current_actor()
        return {
            (permission, view)
            for permission, view, obj, act in access_map.pairs()
            if access.may(actor, obj, act)
        }

    def get_user_roles(self, user: Any) -> list[object]:
        return []

    def get_public_role(self) -> None:
        return None

    def add_permissions_view(self, base_permissions: list[str], view_menu: str) -> None:
        """Nothing is stored: the policy files are the source."""

    def add_permissions_menu(self, view_menu_name: str) -> None:
        """Nothing is stored."""

    def security_cleanup(self, baseviews: Any, menus: Any) -> None:
        """Nothing is stored, nothing to clean."""

    def security_converge(self, baseviews: Any, menus: Any, dry: bool = False) -> dict[str, Any]:
        """Nothing is stored, nothing to converge."""
        return {}

    def create_db(self) -> None:
        """Alembic owns the tables."""

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:
        """``signing.entry`` counts."""


def _recognised(token: Any, pk: Any, kind: str) -> Person | None:
    if not isinstance(token, str) or not str(pk).isdecimal():
        return None
    found = sessions.recognise(token, int(pk), touch=gate.is_use())
    if found is None or found.held.kind != kind:
        return None
    if found.refused:
        g.session_refused = found.refused
        return None
    g.sign_in_session = found.held
    return found.person
