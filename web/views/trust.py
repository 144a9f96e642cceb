"""The office's own certificate authority, for people who want their browser to know this console."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Response, abort, current_app, render_template

pages = Blueprint("trust", __name__, url_prefix="/trust")


def _authority() -> x509.Certificate:
    path = cast(Path, current_app.extensions["ca"])
    return x509.load_pem_x509_certificate(path.read_bytes())


@pages.get("/")
def page() -> str:
    """How to install the authority, with the fingerprint to compare by another way."""
    digest = _authority().fingerprint(SHA256()).hex(":").upper()
    return render_template("trust.html", digest=digest)


@pages.get("/ca.<form>")
def certificate(form: str) -> Response:
    """The certificate as PEM, or as DER under the name that phones and Windows expect."""
    forms = {"pem": (Encoding.PEM, "application/x-pem-file"), "crt": (Encoding.DER, "application/x-x509-ca-cert")}
    if form not in forms:
        abort(404)
    encoding, kind = forms[form]
    answer = Response(_authority().public_bytes(encoding), mimetype=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename=dlp-office-ca.{form}"
    return answer
