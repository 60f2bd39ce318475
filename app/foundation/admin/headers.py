"""Response headers that hold a browser to the house rules: nothing from elsewhere, no inline script, no frames."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

YEAR = 31_536_000
# Everything a page of ours never asks a browser for.
_UNUSED = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{feature}=()" for feature in _UNUSED)
# A file somebody handed in: whatever it holds, it loads nothing, runs nothing and posts nowhere.
FILE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def nonce() -> str:
    """This response's script nonce."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    kept: str = g.csp_nonce
    return kept


def _policy() -> str:
    script = f"script-src 'self' 'nonce-{nonce()}'; script-src-attr 'none'"
    return (
        f"default-src 'self'; {script}; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; object-src 'none'; frame-src 'none'; worker-src 'none'; "
        "media-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Permissions-Policy", PERMISSIONS)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    # A page that other sites may read or show (a badge's image, its JSON) says so itself.
    other = "cross-origin" if headers.get("Access-Control-Allow-Origin") == "*" else "same-origin"
    headers.setdefault("Cross-Origin-Resource-Policy", other)
    headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if request.endpoint and request.endpoint.endswith(".logout") and response.status_code < 400:
        headers.setdefault("Clear-Site-Data", '"storage"')
    if "actor" in g and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def register(app: Flask) -> None:
    """Add the headers to every response and the nonce to templates (FAB's scripts take it as ``csp_nonce``)."""
    app.jinja_env.globals["csp_nonce"] = nonce
    app.after_request(_harden)
