"""What every answer carries, so that a browser helps to keep the console closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]  # ships no types

from web.knocks import Rate

# Tabler's style sheet draws its arrows and ticks as data: pictures; scripts cannot hide in a picture.
# No inline script or style anywhere: a file name that slips through escaping still cannot run.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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


@dataclass(frozen=True, slots=True)
class Rates:
    """How often one address may knock."""

    sign_in: tuple[Rate, ...] = (Rate(10, 60), Rate(60, 3600))
    """Wrong passwords and dead one-time links (``web.knocks``)."""
    opening: str = "60 per minute"
    """A sealed file's key, or a look at what was found, asked for; in the notation of the limits library."""


RATES = Rates()


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
        elif request.args.get("v"):  # the address carries the file's digest, so that what is kept is never out of date
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    return csrf, limiter


def renew() -> None:
    """Forget the CSRF secret of before: whoever planted a token before sign-in cannot use it after."""
    session.clear()
