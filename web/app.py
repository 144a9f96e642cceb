"""The console as a WSGI application: rooms put together, and how errors are said."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

from flask import Flask

from dlp.config import Home, Settings
from dlp.office import Office
from web import auth, errors, looks, security
from web.knocks import Knocks
from web.security import RATES, Rates
from web.server import LARGEST_BODY, LONG_POLLS
from web.trial import Trial
from web.views import every_room, link

MOST_FORM_PARTS = 200
COOKIE_KEY = b"dlp console cookie key v1"


def create(office: Office, settings: Settings, ca: Path, rates: Rates = RATES, home: Home | None = None) -> Flask:
    """The application. ``ca`` is the authority's certificate that people and agents may download.

    Without ``home`` no file can be tried and no policy put in force from here.
    """
    app = Flask("web")
    app.extensions["knocks"] = Knocks(rates.sign_in)
    app.extensions["trial"] = Trial(home) if home else None
    app.extensions.update(office=office, settings=settings, ca=ca, long_polls=threading.BoundedSemaphore(LONG_POLLS))
    app.config.update(
        # The same after a restart, so that a page left open still works; never leaves this process.
        SECRET_KEY=hashlib.sha256(office.ground.keystore.sign(COOKIE_KEY)).digest(),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        TEMPLATES_AUTO_RELOAD=False,
    )
    looks.install(app)
    auth.install(app)
    csrf, limiter = security.install(app)
    errors.install(app)
    for pages in every_room():
        app.register_blueprint(pages)
    csrf.exempt(link.pages)  # machines have no cookies, and the body says who is asking
    views: dict[str, Any] = app.view_functions
    limits = {
        "link.open_file": limiter.limit(rates.opening),
        "sealed.release": limiter.limit(rates.opening),
        "incidents.unmask": limiter.limit(rates.opening),
    }
    for endpoint, limit in limits.items():
        views[endpoint] = limit(views[endpoint])
    return app
