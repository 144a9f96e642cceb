"""Whoever is told no, or whose session ended, is led back to where they were, and never elsewhere."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from office_world import PASSWORD
from web_world import Answer, Served, Visitor

from dlp.office import Role

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def send(visitor: Visitor, path: str, came: str, **fields: str) -> Answer:
    """A form as a browser sends it, which names the page that it stood on."""
    body = urlencode({"csrf_token": visitor.csrf(), **fields}).encode()
    origin = f"https://localhost:{visitor.port}"
    return visitor.ask("POST", path, body, {**FORM, "Referer": came if "//" in came else origin + came})


def ways(answer: Answer) -> list[str]:
    return [str(way) for way in answer.page.xpath("//main//a/@href")]


def test_an_error_leads_back_to_the_page_that_the_form_stood_on(console: Served) -> None:
    officer = console.visitor("secadmin")
    officer.get("/me")
    wrong = send(officer, "/me/password", "/me", old="wrong", new=PASSWORD, again=PASSWORD)
    assert wrong.status >= 400 and "/me" in ways(wrong)
    officer.get("/settings/")
    refused = send(officer, "/settings/", "/settings/?a=1", hours="x", reason="y")
    assert refused.status == 400 and "/settings/?a=1" in ways(refused)


def test_an_error_leads_to_the_list_where_no_page_of_this_console_is_named(console: Served) -> None:
    officer = console.visitor("secadmin")
    assert "/incidents" in ways(officer.get("/incidents/none"))
    officer.get("/me")
    for came in ("https://evil.example/me", "/me/password", "/static/console.css"):
        body = send(officer, "/people/none/grant", came, role="x")
        assert body.status >= 400 and not [way for way in ways(body) if "evil" in way or "static" in way]
    stranger = console.visitor().get("/link/none")
    assert stranger.status == 410


def test_an_incident_decided_meanwhile_says_by_whom_and_how(console: Served) -> None:
    console.world.person("second", Role.SECADMIN)
    incident = console.world.held()
    first, second = console.visitor("secadmin"), console.visitor("second")
    first.get(f"/incidents/{incident}")
    second.get(f"/incidents/{incident}")
    first.submit(f"/incidents/{incident}/decide", choice="keep", reason="a training file")
    late = second.submit(f"/incidents/{incident}/decide", choice="return")
    assert late.status == 409 and "decided already" in late.words
    assert "Keep it here" in late.words and "secadmin" in late.words and "a training file" in late.words
    assert "/incidents/" in ways(late)
    first.get(f"/incidents/{incident}")  # what is told once is told
    console.world.clock.pass_by(seconds=4)
    shown = first.get(f"/incidents/{incident}").page
    assert shown.xpath("//form[contains(@action, '/undo')]/@data-seconds") == ["6"]
    console.world.clock.pass_by(seconds=7)
    assert not first.get(f"/incidents/{incident}").page.xpath("//main//form[contains(@action, '/undo')]")
    gone = first.post(f"/incidents/{incident}/undo")
    assert gone.status == 409 and "too late" in gone.words and "Keep it here" in gone.words


def test_several_at_once_keep_the_filter_and_say_what_is_missing_on_the_same_page(console: Served) -> None:
    ids = [console.world.held(send="", sha256=f"{number}f" * 32) for number in range(3)]
    officer = console.visitor("secadmin")
    page = officer.get("/incidents/?level=secret")
    target = str(page.page.xpath("//form[contains(@action, '/decide')]/@action")[0])
    assert target == "/incidents/decide?level=secret"
    none = officer.post(target, choice="keep", reason="a training file")
    assert none.status == 400 and "nothing is chosen" in none.words and "0 decided" not in none.words
    assert none.page.xpath("//input[@name='reason']/@value") == ["a training file"]
    bare = officer.post(target, choice="keep", incident=ids[0])
    assert bare.status == 400 and "a reason is missing" in bare.words
    assert bare.page.xpath("//input[@name='incident'][@checked]/@value") == [ids[0]]
    assert bare.page.xpath("//*[@id='rows']/@hx-get") == ["/incidents/?level=secret"]
    done = officer.post(target, choice="keep", incident=ids[0], reason="a training file")
    assert done.location == "/incidents/?level=secret"
    told = officer.follow(done).words
    assert "1 decided" in told and "could not be" not in told


def test_a_session_that_ended_says_that_nothing_was_done_and_leads_back(console: Served) -> None:
    incident = console.world.held()
    officer = console.visitor("secadmin", "zh")
    officer.get(f"/incidents/{incident}")
    console.world.clock.pass_by(minutes=40)
    late = send(officer, f"/incidents/{incident}/decide", f"/incidents/{incident}", choice="return")
    asked = parse_qs(urlsplit(late.location).query)
    assert late.status == 303 and asked == {"next": [f"/incidents/{incident}"], "ended": ["undone"]}
    assert "您提交的操作未执行" in officer.follow(late).words
    assert console.world.office.incidents.show(console.world.secadmin, incident).state == "open"
    back = officer.submit("/sign-in", name="secadmin", password=PASSWORD)
    assert back.location == f"/incidents/{incident}"
    console.world.clock.pass_by(minutes=40)
    looked = officer.get("/incidents/?state=all")
    assert "会话已结束" in officer.follow(looked).words and "未执行" not in officer.last.words


@pytest.mark.parametrize("came", ["https://evil.example/x", "/sign-in?next=/me", "//evil.example/x"])
def test_nobody_is_led_elsewhere_after_signing_in(console: Served, came: str) -> None:
    stranger = console.visitor()
    stranger.get("/sign-in")
    late = send(stranger, "/incidents/decide", came, choice="keep")
    assert parse_qs(urlsplit(late.location).query) == {"ended": ["undone"]}


def test_the_theme_is_switched_on_the_queue_as_it_is_filtered_now(console: Served) -> None:
    officer = console.visitor("secadmin")
    officer.get("/incidents/")
    assert send(officer, "/choices", "/incidents/?level=secret", theme="dark", back="/incidents/").location == (
        "/incidents/?level=secret"
    )
    officer.get("/incidents/")
    assert send(officer, "/choices", "/me", theme="dark", back="/incidents/?a=b").location == "/incidents/?a=b"
