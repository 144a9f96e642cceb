"""The files that were sent and received, as far as the visitor may see them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from dlp.office import TransferFilter
from web.here import account, office

pages = Blueprint("transfers", __name__, url_prefix="/transfers")
FIELDS = ("direction", "state", "action", "level", "group", "person", "text")


@pages.get("/")
def page() -> str:
    """Newest first; the filter stays in the address."""
    asked = {name: request.args.get(name, "").strip() for name in FIELDS}
    found = office().transfers.page(account(), TransferFilter(**asked), request.args.get("after", ""))
    return render_template("transfers.html", found=found, asked=asked)


@pages.get("/<transfer_id>")
def one(transfer_id: str) -> str:
    """One file: what was found, what was not read, and what became of it."""
    return render_template("transfer.html", transfer=office().transfers.show(account(), transfer_id))
