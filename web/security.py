"""What every answer carries, so that a browser helps to keep the console closed."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]  # ships no types

# No inline script or style anywhere: a file name that slips through escaping still cannot run.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
COOKIES: dict[str, Any] = {
    # Holds the CSRF secret and messages only; who is signed in stands in the office's own session.
    "SESSION_COOKIE_NAME": "__Host-page",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
    "SESSION_COOKIE_PATH": "/",
    "WTF_CSRF_TIME_LIMIT": None,  # a page left open over lunch still works; the token ends with the session
    "WTF_CSRF_SSL_STRICT": True,
    "RATELIMIT_HEADERS_ENABLED": False,
}
SIGN_IN_RATE = "10 per minute; 60 per hour"
OPEN_RATE = "60 per minute"


def install(app: Flask) -> tuple[CSRFProtect, Limiter]:
    """Headers, CSRF and rate limits for this app."""
    app.config.update(COOKIES)
    csrf = CSRFProtect(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", strategy="moving-window")

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # Pages name files and people: no shared computer keeps them in its cache.
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    return csrf, limiter


def renew() -> None:
    """Forget the CSRF secret of before: whoever planted a token before sign-in cannot use it after."""
    session.clear()
