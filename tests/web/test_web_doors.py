"""Every route × every role, against one table written down here and nowhere else: nobody else gets in (invariant 9)."""

from __future__ import annotations

import re

import pytest
from web_world import Served, Visitor

from dlp.office import Role
from web.doors import DOORS

S, C, A, U, G = "sysadmin", "secadmin", "auditor", "user", "owner"
EVERY = {S, C, A, U, G}
SEES = {C, U, G}
MAY: dict[str, set[str]] = {
    "GET /": EVERY,
    "GET /first-steps/": EVERY,
    "GET /first-steps/test-file": EVERY,
    "POST /first-steps/<what>": {C},
    "GET /me": EVERY,
    "POST /me/password": EVERY,
    "POST /me/compromised": EVERY,
    "GET /requests/": EVERY,
    "POST /requests/": EVERY,
    "POST /requests/<request_id>": {S, C},
    "GET /transfers/": SEES,
    "GET /transfers/<transfer_id>": SEES,
    "GET /incidents/": SEES,
    "GET /incidents/live": SEES,
    "GET /incidents/<incident_id>": SEES,
    "POST /incidents/<incident_id>/remark": SEES,
    "POST /incidents/<incident_id>/take-back": {U, G},
    "GET /incidents/next": {C, G},
    "POST /incidents/decide": {C, G},
    "POST /incidents/<incident_id>/decide": {C, G},
    "POST /incidents/<incident_id>/withdraw": {C, G},
    "POST /incidents/<incident_id>/undo": {C, G},
    "POST /incidents/<incident_id>/unmask": {C, G},
    "POST /incidents/<incident_id>/assign": {C, G},
    "POST /incidents/<incident_id>/evidence": {C, G},
    "GET /sealed/": SEES,
    "GET /sealed/<sealed_id>": SEES,
    "POST /sealed/<sealed_id>/revoke": SEES,
    "GET /open": SEES,
    "POST /open/release": SEES,
    "GET /archive/": {C, U},
    "GET /archive/<record_id>": {C, U},
    "POST /archive/<record_id>/hold": {C},
    "GET /people/": {S, C, A},
    "GET /people/<account_id>": {S, C, A},
    "GET /people/<account_id>/close": {S},
    "POST /people/": {S},
    "POST /people/<account_id>/<what>": {S, C},
    "GET /groups/": SEES,
    "POST /groups/": SEES,
    "GET /groups/<group_id>": SEES,
    "POST /groups/<group_id>/<what>": {C, G},
    "GET /machines/": {S},
    "POST /machines/": {S},
    "GET /machines/<machine_id>/revoke": {S},
    "POST /machines/<machine_id>/revoke": {S},
    "POST /machines/<machine_id>/back": {S},
    "GET /overview": {S, C, A},
    "GET /overview/report": {S, C, A},
    "GET /compliance": {S, C, A},
    "GET /audit/": {C, A},
    "POST /audit/verify": {C, A},
    "POST /audit/checkpoint": {A},
    "POST /audit/export": {A},
    "GET /policy/": {C},
    "GET /policy/rules": {C},
    "GET /policy/<version_id>": {C},
    "POST /policy/try": {C},
    "POST /policy/draft": {C},
    "POST /policy/<version_id>/ask": {C},
    "POST /policy/<version_id>/confirm": {C},
    "POST /policy/<version_id>/decline": {C},
    "POST /policy/<version_id>/discard": {C},
    "POST /policy/<version_id>/withdraw": {C},
    "GET /settings/": {C},
    "POST /settings/": {C},
}
OPEN = {
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "GET /link/<token>",
    "POST /link/<token>",
    "POST /choices",
    "GET /trust/",
    "GET /trust/ca.<form>",
    "GET /static/<path:filename>",
}
MACHINE = {
    "POST /api/agent/reports",
    "GET /api/agent/rulings",
    "GET /api/agent/keys",
    "POST /api/agent/unmasked",
    "GET /api/agent/edition",
    "POST /api/open",
}


def routes(console: Served) -> dict[str, str]:
    """Each route of the application, ``METHOD /rule``, and its endpoint."""
    found = {}
    for rule in console.server.wsgi_app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            found[f"{method} {rule.rule}"] = rule.endpoint
    return found


def path_of(route: str) -> str:
    return re.sub(r"<[^>]+>", "01ARZ3NDEKTSV4RRFFQ69G5FAV", route.partition(" ")[2])


def knock(visitor: Visitor, route: str) -> int:
    method = route.partition(" ")[0]
    if method == "GET":
        return visitor.get(path_of(route)).status
    return visitor.post(path_of(route), nonsense="x").status


def test_the_table_names_every_route_and_nothing_else(console: Served) -> None:
    assert set(routes(console)) == set(MAY) | OPEN | MACHINE
    assert set(routes(console).values()) == set(DOORS)


def test_a_stranger_gets_in_nowhere_but_the_open_doors(console: Served) -> None:
    stranger = console.visitor()
    stranger.get("/sign-in")
    page = stranger.last
    for route in MAY:
        stranger.last = page
        answer = stranger.post(path_of(route)) if route.startswith("POST") else stranger.get(path_of(route))
        assert answer.status == 303 and answer.location.startswith("/sign-in"), route
    for route in MACHINE:
        method, path = route.split()
        status = stranger.ask(method, path, b"{}" if method == "POST" else None).status
        assert status in {400, 401, 415}, route


@pytest.mark.parametrize("person", sorted(EVERY))
def test_every_role_enters_its_own_doors_and_no_other(console: Served, person: str) -> None:
    if person == G:
        console.world.person(G, Role.GROUP_OWNER)
    visitor = console.visitor(person)
    visitor.get("/me")
    page = visitor.last
    for route in sorted(MAY):
        if route in {"POST /me/compromised"}:
            continue  # ends the session, by design
        visitor.last = page
        status = knock(visitor, route)
        if person in MAY[route]:
            # Behind the door nothing of that name may be there, or the form may be empty; the door itself is open.
            assert status in {200, 204, 303, 400, 404, 409, 415} or (status == 403 and "POST" in route), (route, status)
        else:
            assert status == 403, (route, status)


def test_what_is_no_page_is_no_page_for_anybody(console: Served) -> None:
    for visitor in (console.visitor(), console.visitor("secadmin")):
        for path in (
            "/nothing",
            "/static/../app.py",
            "/static/%2e%2e/app.py",
            "/static/%2e%2e%2fapp.py",
            "//etc/passwd",
        ):
            assert visitor.get(path).status in {400, 404, 308}, path
        assert visitor.ask("DELETE", "/incidents/").status in {404, 405}
        assert visitor.ask("OPTIONS", "/incidents/").status in {303, 404, 405, 200}


def test_an_address_without_its_last_slash_leads_to_the_page(console: Served) -> None:
    answer = console.visitor("secadmin").get("/incidents?q=1")
    assert answer.status == 308 and answer.location.endswith("/incidents/?q=1")
