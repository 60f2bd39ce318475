"""Flask-AppBuilder's security manager with Casbin as the only source of permissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g
from flask_appbuilder.security.sqla.manager import SecurityManager
from sqlalchemy import select

from app.foundation import access
from app.foundation.access.actors import UNGUARDED
from app.foundation.admin import access_map
from app.foundation.admin.signin import SignInView, TokenApi
from app.foundation.database import db, transaction
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

    def get_user_by_id(self, pk: Any) -> Person | None:
        """Whoever a session or token names, before anybody acts: read without the row guard."""
        query = select(Person).where(Person.id == int(pk))
        return db.session.scalar(query, execution_options=UNGUARDED)

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
        """Count the sign-in in a transaction of its own (FAB would commit whatever is pending)."""
        with access.acting_as(access.system("sign-in", over=access.EVERYWHERE)), transaction() as session:
            person = session.get(Person, user.id)
            if person is None:
                return
            if success:
                person.login_count = (person.login_count or 0) + 1
                person.last_login = datetime.now()  # noqa: DTZ005  (FAB keeps naive local time in this column)
                person.fail_login_count = 0
            else:
                person.fail_login_count = (person.fail_login_count or 0) + 1
