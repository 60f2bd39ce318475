"""Settings from the environment; everything else has a default that is safe for one machine."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent

PLUGINS = (
    "app.plugins.operations.plugin:OperationsPlugin",
    "app.plugins.establishment.plugin:EstablishmentPlugin",
    "app.plugins.people.plugin:PeoplePlugin",
    "app.plugins.names.plugin:NamesPlugin",
    "app.plugins.campaigns.plugin:CampaignsPlugin",
    "app.plugins.returns.plugin:ReturnsPlugin",
    "app.plugins.bylaws.plugin:BylawsPlugin",
    "app.plugins.liaisons.plugin:LiaisonsPlugin",
    "app.plugins.calendars.plugin:CalendarsPlugin",
    "app.plugins.surveys.plugin:SurveysPlugin",
    "app.plugins.imports.plugin:ImportsPlugin",
    "app.plugins.applications.plugin:ApplicationsPlugin",
    "app.plugins.opinions.plugin:OpinionsPlugin",
    "app.plugins.exchange.plugin:ExchangePlugin",
    "app.plugins.worklist.plugin:WorklistPlugin",
    "app.plugins.aggregates.plugin:AggregatesPlugin",
    "app.plugins.registry.plugin:RegistryPlugin",
    "app.plugins.lapses.plugin:LapsesPlugin",
    "app.plugins.results.plugin:ResultsPlugin",
    "app.plugins.badges.plugin:BadgesPlugin",
    "app.plugins.letters.plugin:LettersPlugin",
    "app.plugins.portal.plugin:PortalPlugin",
    "app.plugins.desk.plugin:DeskPlugin",
    "app.plugins.permits.plugin:PermitsPlugin",
    "app.plugins.account.plugin:AccountPlugin",
    "app.plugins.messages.plugin:MessagesPlugin",
)
DEMO_PLUGIN = "app.plugins.demo.plugin:DemoPlugin"
SCALE_PLUGIN = "app.plugins.scale.plugin:ScalePlugin"

SECRETS = ("BIANBAN_SECRET_KEY", "BIANBAN_DATA_KEYS", "BIANBAN_AUDIT_KEY")
WEAK = frozenset({"", "secret", "changeme", "change-me", "default", "dev", "test", "password"})
DEFAULT_PASSWORDS = WEAK | {"postgres", "postgresql", "admin", "root", "bianban", "123456", "12345678"}
LEAST_LENGTH, LEAST_MARKS = 32, 10  # "aaaa…" and "changemechangeme…" are long and no secret
SMS_SETTINGS = (
    "SMS_GATEWAY", "SMS_URL", "SMS_TOKEN", "SMS_SECRET_ID", "SMS_SECRET_KEY", "SMS_APP_ID", "SMS_SIGN", "SMS_TEMPLATES",
    "SMS_REGION",
)  # fmt: skip
HERE = ("localhost", "127.0.0.1")  # Werkzeug cannot tell an IPv6 address among trusted hosts
MOST_PROXIES = 5
LOG_FORMATS = ("plain", "json")
MOST_THREADS = 256


class ConfigError(RuntimeError):
    """The environment asks for something that cannot be run safely; the start stops."""


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _instance_secrets(instance: Path) -> dict[str, str]:
    """Keys made at first start and kept, readable by the owner only, beside the database."""
    path = instance / "secrets.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text("utf-8"))
        return kept
    instance.mkdir(parents=True, exist_ok=True)
    made = {
        "BIANBAN_SECRET_KEY": secrets.token_urlsafe(48),
        "BIANBAN_DATA_KEYS": _fernet_key(),
        "BIANBAN_AUDIT_KEY": secrets.token_urlsafe(48),
    }
    whole = instance / f".secrets-{secrets.token_hex(8)}"
    whole.touch(mode=0o600)
    whole.write_text(json.dumps(made), "utf-8")
    try:
        os.link(whole, path)  # of two processes that start at once the second takes what the first has made
    except FileExistsError:
        return _instance_secrets(instance)
    except OSError:  # a file system without hard links
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)
    return made


def _require_strong(env: Mapping[str, str]) -> None:
    for name in SECRETS:
        value = env.get(name, "")
        if value.lower() in WEAK or len(value) < LEAST_LENGTH or len(set(value)) < LEAST_MARKS:
            raise ConfigError(
                f"{name}: production needs a random secret of at least {LEAST_LENGTH} characters from the environment"
            )
    if len({env[name] for name in SECRETS}) < len(SECRETS):
        raise ConfigError(f"{', '.join(SECRETS)}: each needs a secret of its own")
    for key in env["BIANBAN_DATA_KEYS"].split(","):
        if not _is_data_key(key):
            raise ConfigError("BIANBAN_DATA_KEYS: each key is 32 random bytes in URL-safe base64")
    if not env.get("BIANBAN_PUBLIC_URL"):
        raise ConfigError("BIANBAN_PUBLIC_URL: production needs the address that people and QR codes use")
    for name in ("DATABASE_URL", "REDIS_URL"):
        if _has_default_password(env.get(name, "")):
            raise ConfigError(
                f"{name}: production refuses a password that everybody tries first; choose another"
            )


def _has_default_password(url: str) -> bool:
    """Whether an address carries a password that installations come with; none at all is for sockets and peers."""
    try:
        parts = urlsplit(url)
        given = [parts.password, *parse_qs(parts.query).get("password", [])]
    except ValueError:  # "postgresql://[" is no address; the driver says so
        return False
    known = DEFAULT_PASSWORDS | {unquote(parts.username or "").lower()}
    return any(unquote(one).lower() in known for one in given if one is not None)


def _require_said(env: Mapping[str, str]) -> None:
    """What only the operator knows, and what is wrong in silence when it is guessed.

    Raises:
        ConfigError: TLS ends before us, and how many proxies stand there is not said; several processes, and each
            would count for itself.
    """
    if urlsplit(env["BIANBAN_PUBLIC_URL"]).scheme == "https" and not env.get("BIANBAN_PROXIES", "").strip():
        raise ConfigError(
            "BIANBAN_PROXIES: BIANBAN_PUBLIC_URL is https, so say how many reverse proxies stand in front (1 for one"
            " that ends TLS; 0 for none). Unsaid, HSTS would never be sent, and everybody would share the proxy's"
            " address in rate limits, pauses and the sign-in log"
        )
    workers = env.get("WEB_CONCURRENCY", "1")
    if workers.isdecimal() and int(workers) > 1 and not env.get("REDIS_URL"):
        raise ConfigError(
            f"REDIS_URL: WEB_CONCURRENCY is {workers}, and without Redis each process would count rate limits alone"
        )


def _is_data_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key.strip())) == 32
    except ValueError:
        return False


def _count(env: Mapping[str, str], name: str, most: int, usual: str = "0") -> int:
    raw = env.get(name, usual)
    if not raw.isdecimal() or int(raw) > most:
        raise ConfigError(f"{name}: a number from 0 to {most}, not {raw!r}")
    return int(raw)


def _metrics_token(env: Mapping[str, str], *, production: bool) -> str:
    """The token that opens ``/metrics``; none: nobody reads it in production, the loopback elsewhere."""
    token = env.get("BIANBAN_METRICS_TOKEN", "").strip()
    if token and production and (len(token) < LEAST_LENGTH or len(set(token)) < LEAST_MARKS):
        raise ConfigError(
            f"BIANBAN_METRICS_TOKEN: production needs a random token of at least {LEAST_LENGTH} characters, or none"
        )
    return token


def _log_format(env: Mapping[str, str]) -> str:
    wanted = env.get("BIANBAN_LOG", "plain")
    if wanted not in LOG_FORMATS:
        raise ConfigError(f"BIANBAN_LOG: one of {', '.join(LOG_FORMATS)}, not {wanted!r}")
    return wanted


def trusted_hosts(env: Mapping[str, str], public_url: str, *, production: bool) -> list[str] | None:
    """The hosts a request may name: ``BIANBAN_HOSTS`` and that of ``PUBLIC_URL``; outside production this machine too.

    A demonstration served to a network (``HOST=0.0.0.0``) answers to any name, unless hosts are given: None.
    """
    named = [one.strip() for one in env.get("BIANBAN_HOSTS", "").split(",") if one.strip()]
    public = urlsplit(public_url).hostname
    if production:
        return [*named, *([public] if public else [])]
    if not named and env.get("HOST", "127.0.0.1") not in {*HERE, "::1"}:
        return None
    return [*named, *([public] if public else []), *HERE]


def database_url(env: Mapping[str, str], instance: Path) -> str:
    """``DATABASE_URL`` with the psycopg driver named, or the SQLite file in the instance folder."""
    url = env.get("DATABASE_URL", "")
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url or f"sqlite:///{instance / 'bianban.sqlite3'}"


def load(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All settings as a dictionary.

    Raises:
        ConfigError: production without strong secrets or what only the operator knows, or an unknown ``BIANBAN_ENV``.
    """
    env = os.environ if env is None else env
    name = env.get("BIANBAN_ENV", "development")
    if name not in {"development", "testing", "production"}:
        raise ConfigError(f"BIANBAN_ENV: unknown value {name!r}")
    production = name == "production"
    instance = Path(env.get("BIANBAN_INSTANCE", ROOT / "instance")).resolve()
    if production:
        _require_strong(env)
        _require_said(env)
    kept = {} if production else _instance_secrets(instance)

    def secret(key: str) -> str:
        return env.get(key) or kept[key]

    https = env.get("BIANBAN_HTTPS", "1" if production else "0") == "1"
    public_url = env.get("BIANBAN_PUBLIC_URL", "http://127.0.0.1:8000")
    return {
        "ENV_NAME": name,
        "INSTANCE_DIR": str(instance),
        "POLICIES_DIR": str(ROOT / "policies"),
        "TENANTS_DIR": str(ROOT / "tenants"),
        "UPLOADS_DIR": env.get("BIANBAN_UPLOADS", str(instance / "uploads")),
        "PLUGINS": PLUGINS if production else (*PLUGINS, DEMO_PLUGIN, SCALE_PLUGIN),
        "SECRET_KEY": secret("BIANBAN_SECRET_KEY"),
        "JWT_SECRET_KEY": secret("BIANBAN_SECRET_KEY") + ":jwt",
        "DATA_KEYS": [key.strip() for key in secret("BIANBAN_DATA_KEYS").split(",")],
        "AUDIT_KEY": secret("BIANBAN_AUDIT_KEY"),
        "SQLALCHEMY_DATABASE_URI": database_url(env, instance),
        "PG_BIN": env.get(
            "BIANBAN_PG_BIN", ""
        ),  # where pg_dump and pg_restore lie, when not where Debian puts them
        "DATABASE_ROLE": env.get("BIANBAN_DB_ROLE", "bianban_app"),
        # An error of the database names its statement, never the values that went with it.
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "hide_parameters": True},
        "METRICS_TOKEN": _metrics_token(env, production=production),
        "LOG_FORMAT": _log_format(env),
        # In memory the web process does the jobs itself; with a broker of its own `make worker` does.
        "CELERY_BROKER_URL": env.get("CELERY_BROKER_URL") or "memory://localhost/",
        "JOBS_THREADS": env.get("JOBS_THREADS", "1") == "1",
        "JOBS_CONCURRENCY": _count(env, "JOBS_CONCURRENCY", MOST_THREADS, "4"),
        "MAX_CONTENT_LENGTH": 24 * 1024 * 1024,
        "UPLOAD_LIMIT": 10 * 1024 * 1024,
        # Where clamd listens; empty: uploads are not looked through, and pages say so (foundation.files.scanning).
        "CLAMD_ADDRESS": env.get("BIANBAN_CLAMD_ADDRESS", ""),
        "MAX_FORM_PARTS": 5000,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        # Flask-AppBuilder: Alembic owns the tables, Casbin owns the permissions.
        "APP_NAME": "党政机关网站审核管理平台",
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_BASE_TEMPLATE": "bianban/base.html",
        "FAB_API_SWAGGER_UI": not production,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "FAB_ADD_OPENAPI_VIEWS": False,  # ours stands in their place: foundation.admin.openapi
        "FAB_SECURITY_SIGNALS_ENABLED": False,
        "AUTH_TYPE": 1,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": True,
        "AUTH_RATE_LIMIT": env.get("BIANBAN_LOGIN_LIMIT", "10 per minute"),
        "AUTH_RATE_LIMIT_ADDRESS": env.get("BIANBAN_LOGIN_LIMIT_ADDRESS", "100 per minute"),
        "PUBLIC_RATE_LIMIT": env.get("BIANBAN_PUBLIC_LIMIT", "120 per minute"),
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": env.get("REDIS_URL", "memory://"),
        "RATELIMIT_HEADERS_ENABLED": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        # A browser takes a __Host- cookie only from this very host, over TLS and for the whole site.
        "SESSION_COOKIE_NAME": "__Host-bianban" if https else "bianban",
        "SESSION_COOKIE_PATH": "/",
        "JWT_ACCESS_TOKEN_EXPIRES": 3600,
        "PUBLIC_URL": public_url,
        # The ways out of the platform; without them mails and texts stay readable in the app (foundation.notices.ports).
        "SMTP_URL": env.get("BIANBAN_SMTP_URL", ""),
        "MAIL_FROM": env.get("BIANBAN_MAIL_FROM", ""),
        "BOUNCES_URL": env.get("BIANBAN_BOUNCES_URL", ""),
        "OUTGOING_CA": env.get("BIANBAN_OUTGOING_CA", ""),
        **{name: env.get(f"BIANBAN_{name}", "") for name in SMS_SETTINGS},
        "PROXIES": _count(env, "BIANBAN_PROXIES", MOST_PROXIES),
        "TRUSTED_HOSTS": trusted_hosts(env, public_url, production=production),
    }
