"""What agent, reader and office say to each other over HTTPS; the one page that both sides read.

Bodies are JSON in UTF-8. An error is answered with a 4xx or 5xx status and ``{"error": {"en", "zh"}, "hint": {"en",
"zh"} or null, "status": exit status of the command line}``.

An agent proves itself with ``Authorization: Bearer <machine token>``; 401 means that the machine was revoked:

- ``POST REPORTS``  ``{"reports": [{"id", "kind", "at", "body"}, …]}`` -> ``{"taken": [id, …]}``: these are durable at
  the office (or refused for good and recorded there); the agent forgets them. Each id is taken once, however often it
  is sent.
- ``GET RULINGS?after=N&wait=S&edition=E`` -> ``{"rulings": [{"sequence", "transfer", "choice", "by", "reason",
  "expires"}, …], "revision": n, "unmask": [{"id", "transfer", "by"}, …], "edition": n}``: waits up to S seconds for the
  first ruling after N. ``revision`` rises when keys, groups or work accounts change. ``unmask``: a reviewer waits to
  see what was found in a kept file. ``edition``: the newest of policy and packs, 0: none; one above E ends the wait.
- ``GET EDITION`` -> ``dlp.edition.Edition`` as JSON: the newest, signed; 404 where there is none. What became of it
  goes up as a report of kind ``force``.
- ``POST UNMASKED`` ``{"id", "problem", "excerpts": [{"rule", "fingerprint", "before", "match", "after"}, …]}`` ->
  ``{"taken": true or false}``: the answer to one such wish, which the office hands to that reviewer's page and keeps
  nowhere; false where nobody waits any more. ``problem`` is empty, ``not_kept`` or ``failed``.
- ``GET KEYS`` -> ``{"epoch", "recovery", "verify", "organisation", "letter", "revision", "groups": [{"name",
  "highest"}, …], "suspended": [account, …], "holds": [record id, …], "accounts": [work account, …] or null}``: people
  whose sending is suspended, and archived files of this machine that are kept beyond their date. ``verify`` is the
  public half of the key that signs editions; a machine keeps the first one that it hears. ``accounts``: null where the
  office chose none, so that the machine's own setting holds.

A reader without a browser proves themself with name and password:

- ``POST OPEN``  ``{"account", "password", "header_b64", "public_b64", "reason"}`` -> ``{"account", "wrapped_b64",
  "name", "size", "sha256"}``: the key of this one file, wrapped to the one-time public key (``keys.exchange``);
  ``account`` is the name as the office writes it, under which the wrapping is bound (``opening_context``). 401 where
  the name or the password is wrong or the account is locked (a client then asks no further, or it would lock the
  account), 429 where the account opened too many files in a short time, 403 where this file is refused.
"""

from __future__ import annotations

import hashlib

REPORTS = "/api/agent/reports"
RULINGS = "/api/agent/rulings"
KEYS = "/api/agent/keys"
UNMASKED = "/api/agent/unmasked"
EDITION = "/api/agent/edition"
OPEN = "/api/open"

MOST_REPORTS = 200
"""Reports in one request."""
LONGEST_WAIT = 25.0
"""Seconds that an agent asks the office to wait for a ruling."""


def opening_context(header: bytes, account_name: str) -> bytes:
    """What the wrapping of a file key is bound to: this file and this account.

    An answer therefore serves no other question.
    """
    return b"dlp open v1|" + hashlib.sha256(header).hexdigest().encode() + b"|" + account_name.encode("utf-8")
