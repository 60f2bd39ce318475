"""What production refuses, and what the loader of plugins refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import config, create_app
from app.foundation import access, plugin
from app.foundation.database import db, transaction
from app.foundation.plugin import Plugin, PluginError
from app.foundation.production import NotForProduction
from app.foundation.tenancy import people

STRONG = {
    "BIANBAN_ENV": "production",
    "BIANBAN_SECRET_KEY": "session-0123456789-abcdefghij-0123456789",
    "BIANBAN_DATA_KEYS": Fernet.generate_key().decode(),
    "BIANBAN_AUDIT_KEY": "audit-9876543210-zyxwvutsrq-9876543210",
    "BIANBAN_PUBLIC_URL": "https://wangzhan.example",
    "BIANBAN_PROXIES": "1",
}


@pytest.mark.parametrize("missing", ["BIANBAN_SECRET_KEY", "BIANBAN_DATA_KEYS", "BIANBAN_AUDIT_KEY"])
@pytest.mark.parametrize("weak", [None, "", "changeme", "short", "a" * 40, "changeme" * 5])
def test_production_refuses_missing_and_weak_secrets(missing: str, weak: str | None, tmp_path: Path) -> None:
    env = {**STRONG, "BIANBAN_INSTANCE": str(tmp_path), missing: weak or ""}
    if weak is None:
        del env[missing]
    with pytest.raises(config.ConfigError, match=missing):
        config.load(env)


def test_production_makes_no_secrets_of_its_own_and_loads_no_demo(tmp_path: Path) -> None:
    settings = config.load({**STRONG, "BIANBAN_INSTANCE": str(tmp_path)})
    assert not (tmp_path / "secrets.json").exists()
    assert config.DEMO_PLUGIN not in settings["PLUGINS"]
    assert settings["SESSION_COOKIE_SECURE"] is True


def test_production_refuses_defaults(tmp_path: Path) -> None:
    base = {**STRONG, "BIANBAN_INSTANCE": str(tmp_path)}
    with pytest.raises(config.ConfigError, match="BIANBAN_PUBLIC_URL"):
        config.load({**base, "BIANBAN_PUBLIC_URL": ""})
    with pytest.raises(config.ConfigError, match="BIANBAN_DATA_KEYS"):
        config.load({**base, "BIANBAN_DATA_KEYS": "0123456789-abcdefghijk-0123456789"})
    with pytest.raises(config.ConfigError, match="of its own"):
        config.load({**base, "BIANBAN_AUDIT_KEY": STRONG["BIANBAN_SECRET_KEY"]})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres:postgres@db/bianban", "postgres://bianban:bianban@db/x", "postgresql://app:@db/x",
        "postgresql+psycopg://app:ChangeMe@db/x", "postgresql://app:p%61ssword@db/x", "postgresql://db/x?password=secret",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_production_refuses_default_database_passwords(name: str, url: str, tmp_path: Path) -> None:
    base = {**STRONG, "BIANBAN_INSTANCE": str(tmp_path)}
    with pytest.raises(config.ConfigError, match=name):
        config.load({**base, name: url})
    for good in ("postgresql://app:Wq8-long-and-random@db/x", "postgresql:///x?host=/run/postgresql", ""):
        config.load({**base, name: good})
    config.load({"BIANBAN_ENV": "testing", "BIANBAN_INSTANCE": str(tmp_path), name: url})


def test_production_behind_tls_is_told_how_many_proxies_there_are(tmp_path: Path) -> None:
    base = {**STRONG, "BIANBAN_INSTANCE": str(tmp_path)}
    for unsaid in ("", " "):
        with pytest.raises(config.ConfigError, match=r"BIANBAN_PROXIES.*0 for none"):
            config.load({**base, "BIANBAN_PROXIES": unsaid})
    del base["BIANBAN_PROXIES"]
    with pytest.raises(config.ConfigError, match=r"BIANBAN_PROXIES.*0 for none"):
        config.load(base)
    for said in ("0", "2"):
        assert config.load({**base, "BIANBAN_PROXIES": said})["PROXIES"] == int(said)
    plain = {**base, "BIANBAN_PUBLIC_URL": "http://wangzhan.example"}
    assert config.load(plain)["PROXIES"] == 0


def test_production_with_several_processes_counts_in_one_place(tmp_path: Path) -> None:
    base = {**STRONG, "BIANBAN_INSTANCE": str(tmp_path), "WEB_CONCURRENCY": "4"}
    with pytest.raises(config.ConfigError, match="REDIS_URL"):
        config.load(base)
    assert config.load({**base, "REDIS_URL": "redis://cache/0"})["RATELIMIT_STORAGE_URI"] == "redis://cache/0"
    assert config.load({**base, "WEB_CONCURRENCY": "1"})["RATELIMIT_STORAGE_URI"] == "memory://"


def test_production_takes_cookies_and_hosts_seriously(tmp_path: Path) -> None:
    settings = config.load({**STRONG, "BIANBAN_INSTANCE": str(tmp_path)})
    assert settings["SESSION_COOKIE_NAME"] == "__Host-bianban"
    assert (settings["SESSION_COOKIE_HTTPONLY"], settings["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")
    assert settings["SESSION_COOKIE_PATH"] == "/"
    assert settings["TRUSTED_HOSTS"] == ["wangzhan.example"]
    assert settings["FAB_API_SWAGGER_UI"] is False


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="BIANBAN_ENV"):
        config.load({"BIANBAN_ENV": "prod", "BIANBAN_INSTANCE": str(tmp_path)})


def _settings(folder: Path, env_name: str) -> dict[str, object]:
    return {
        "ENV_NAME": env_name,
        "INSTANCE_DIR": str(folder),
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'test.sqlite3'}",
        "PLUGINS": (),
    }


def test_production_refuses_a_database_with_demo_accounts(tmp_path: Path) -> None:
    app = create_app(_settings(tmp_path, "development"))
    with app.app_context():
        db.create_all()
        actor = access.system("tests", over="0.")
        with access.acting_as(actor), transaction():
            person = people.add("demo.clerk", "承办人甲", "a-long-password", actor=actor, demo=True)
        with pytest.raises(NotForProduction, match=r"demo\.clerk"):
            create_app(_settings(tmp_path, "production"))
        with access.acting_as(actor), transaction():
            person.active = False
        create_app(_settings(tmp_path, "production"))
        db.session.remove()
        db.engine.dispose()


def _plugin(plugin_name: str, *requires: str) -> type[Plugin]:
    return type(plugin_name, (Plugin,), {"name": plugin_name, "title": plugin_name, "requires": requires})


def test_plugins_are_ordered_by_what_they_require() -> None:
    found = plugin.ordered([_plugin("c", "b"), _plugin("a"), _plugin("b", "a")])
    assert [cls.name for cls in found] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ([("a", "missing")], "a: requires missing"),
        ([("a", "b"), ("b", "a")], "cycle: a → b → a"),
        ([("a",), ("a",)], "a: listed twice"),
    ],
)
def test_a_missing_cyclic_or_doubled_plugin_stops_the_start_with_its_name(
    classes: list[tuple[str, ...]], said: str
) -> None:
    with pytest.raises(PluginError, match=said):
        plugin.ordered([_plugin(*names) for names in classes])


class FailingPlugin(Plugin):
    """Fails at start."""

    name = "failing"
    title = "坏"

    def init_app(self, app: Flask) -> None:
        raise ValueError("broken inside")


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("tests.foundation.nowhere:Missing", "nowhere"),
        ("app.foundation.plugin:PluginError", "is not a Plugin"),
        (f"{__name__}:FailingPlugin", "failing.*broken inside"),
    ],
)
def test_a_broken_plugin_stops_create_app(tmp_path: Path, listed: str, said: str) -> None:
    import sys

    sys.modules.setdefault(__name__, sys.modules[__name__])
    with pytest.raises(PluginError, match=said):
        create_app({**_settings(tmp_path, "development"), "PLUGINS": (listed,)})
