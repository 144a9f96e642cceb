"""The reviewer's and the sender's day without scripts: decide, undo, bulk, two people, asking, taking back."""

from __future__ import annotations

import pytest
from office_world import PASSWORD
from web_world import Served

from classifiers.model import Level
from dlp.office import Role


def state(console: Served, incident: str) -> str:
    return console.world.office.incidents.show(console.world.secadmin, incident).state


def test_deciding_goes_on_to_the_next_and_can_be_undone(console: Served) -> None:
    first, second = console.world.held(level="top_secret"), console.world.held()
    officer = console.visitor("secadmin")
    officer.get(f"/incidents/{first}")
    answer = officer.submit(f"/incidents/{first}/decide", choice="return")
    page = officer.follow(answer)
    assert page.path == f"/incidents/{second}" and "Return to its owner" in page.words
    assert state(console, first) == "decided"
    back = officer.follow(officer.submit(f"/incidents/{first}/undo"))
    assert "taken back" in back.words and state(console, first) == "open"


def test_a_missing_reason_is_said_on_the_page_and_what_was_typed_stays(console: Served) -> None:
    incident = console.world.held()
    officer = console.visitor("secadmin")
    officer.get(f"/incidents/{incident}")
    answer = officer.submit(f"/incidents/{incident}/decide", choice="keep", reason=" ")
    assert answer.status == 400 and "a reason is missing" in answer.words
    typed = officer.submit(f"/incidents/{incident}/decide", choice="release_sealed", reason="因为需要")
    assert typed.status == 403  # policy does not offer it
    officer.get(f"/incidents/{incident}")
    wrong = officer.submit(f"/incidents/{incident}/decide", choice="nonsense", reason="因为需要")
    assert wrong.status == 400 and "因为需要" in wrong.text


def test_two_people_in_two_browsers(console: Served) -> None:
    console.world.person("second", Role.SECADMIN)
    incident = console.world.held()
    first, second = console.visitor("secadmin"), console.visitor("second")
    first.get(f"/incidents/{incident}")
    first.submit(f"/incidents/{incident}/decide", choice="false_positive", reason="a quotation")
    page = first.get(f"/incidents/{incident}")
    assert "who asked never approves" in page.words
    assert page.page.xpath("//button[@value='false_positive']")[0].get("disabled") is not None
    assert "a quotation" in second.get(f"/incidents/{incident}").words
    second.submit(f"/incidents/{incident}/decide", choice="false_positive")
    assert state(console, incident) == "decided"
    late = first.post(f"/incidents/{incident}/decide", choice="keep", reason="too late")
    assert late.status == 409


def test_what_was_found_after_a_release_says_so_and_offers_nobody_the_file(console: Served) -> None:
    console.world.person("sender")
    after = {"rule": "after", "clause": "R5.9", "text_en": "found in the rest", "text_zh": "在剩余部分中发现"}
    options = [{"choice": "keep", "people": 1, "reason": True}]
    incident = console.world.held(state="ready", action="block", because=[after], options=options)
    officer = console.visitor("secadmin")
    assert "found after it was released" in officer.get("/incidents/").words
    page = officer.get(f"/incidents/{incident}")
    assert "Found after it was released: " in page.words and "It has gone; the incident ends." in page.words
    assert "End the incident" in page.words and "Keep it here" not in page.words
    chinese = console.visitor("secadmin", "zh").get(f"/incidents/{incident}")
    assert "放行后发现" in chinese.words
    sender = console.visitor("sender").get(f"/incidents/{incident}")
    assert "recall it or delete it in the chat" in sender.words
    assert "Take my file back" not in sender.words and "Ask for release" not in sender.words
    officer.submit(f"/incidents/{incident}/decide", choice="keep", reason="told the unit")
    assert state(console, incident) == "decided"


def test_what_was_found_in_wechat_s_folder_is_not_called_blocked_and_nothing_is_said_to_stay_in_the_vault(
    console: Served,
) -> None:
    console.world.person("sender")
    because = [{"rule": "bypass", "clause": "R5.9", "text_en": "past the outbox", "text_zh": "未经过外发文件夹"}]
    options = [{"choice": "keep", "people": 1, "reason": True}]
    incident = console.world.held(state="archived", action="block", because=because, options=options)
    officer = console.visitor("secadmin")
    assert "found in WeChat's folder" in officer.get("/incidents/").words
    page = officer.get(f"/incidents/{incident}").words
    assert "Found in WeChat's folder: " in page
    assert "Blocked: " not in page
    assert "A copy stays in the archive; the incident ends." in page
    assert "vault" not in page
    assert "在微信目录中发现" in console.visitor("secadmin", "zh").get(f"/incidents/{incident}").words
    sender = console.visitor("sender").get(f"/incidents/{incident}").words
    assert "a copy is in the archive" in sender
    assert "Take my file back" not in sender and "Ask for release" not in sender


@pytest.mark.parametrize(("rule", "at"), [("after", "ready"), ("bypass", "archived")])
def test_who_owns_the_group_does_not_end_an_incident_about_their_own_file(console: Served, rule: str, at: str) -> None:
    world = console.world
    owner, other = world.person("owner", Role.USER), world.person("other", Role.USER)
    world.office.groups.create(world.secadmin, "team", "work", owner.id, Level.SENSITIVE)
    because = [{"rule": rule, "clause": "R5.9", "text_en": "it has gone", "text_zh": "已发出"}]
    options = [{"choice": "keep", "people": 1, "reason": True}]
    for sender, may in ((owner, False), (other, True)):
        incident = world.held(
            state=at, action="block", because=because, options=options, person=sender.name, group="team", send="",
            sha256=f"{int(may)}a" * 32,
        )  # fmt: skip
        visitor = console.visitor("owner")
        assert ("about their own file" in visitor.get(f"/incidents/{incident}").words) is not may
        visitor.submit(f"/incidents/{incident}/decide", choice="keep", reason="as it is")
        assert (state(console, incident) == "decided") is may


def test_several_rows_at_once(console: Served) -> None:
    ids = [console.world.held(send="", sha256=f"{number}f" * 32) for number in range(3)]
    officer = console.visitor("secadmin")
    officer.get("/incidents/")
    fields = "&".join(f"incident={one}" for one in ids[:2])
    body = f"csrf_token={officer.csrf()}&choice=return&{fields}".encode()
    answer = officer.ask("POST", "/incidents/decide", body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert "2 decided" in officer.follow(answer).words
    assert [state(console, one) for one in ids] == ["decided", "decided", "open"]


def test_the_live_question_says_nothing_until_something_changed_and_keeps_no_session_alive(console: Served) -> None:
    console.world.held()
    officer = console.visitor("secadmin")
    page = officer.get("/incidents/")
    live = page.page.xpath("//*[@id='rows']/@data-live")[0]
    assert officer.get(live).status == 204
    console.world.held()
    assert officer.get(live).status == 303
    console.world.clock.pass_by(minutes=20)
    officer.get(live)
    console.world.clock.pass_by(minutes=11)
    assert officer.get("/incidents/").status == 303  # half an hour of looking by itself is no work


def test_the_sender_asks_and_takes_the_file_back(console: Served) -> None:
    world = console.world
    world.person("sender")
    incident = world.held()
    sender = console.visitor("sender", "zh")
    page = sender.get(f"/incidents/{incident}")
    assert "取回我的文件" in page.words and not page.page.xpath("//button[@name='choice']")
    sender.submit(f"/incidents/{incident}/remark", kind="release", text="客户在等")
    assert "客户在等" in console.visitor("secadmin").get(f"/incidents/{incident}").words
    sender.get(f"/incidents/{incident}")
    done = sender.follow(sender.submit(f"/incidents/{incident}/take-back"))
    assert "文件将退还给您" in done.words and state(console, incident) == "decided"


def test_a_comment_and_an_assignment(console: Served) -> None:
    incident = console.world.held()
    officer = console.visitor("secadmin")
    officer.get(f"/incidents/{incident}")
    officer.submit(f"/incidents/{incident}/assign", to="secadmin")
    page = officer.get(f"/incidents/{incident}")
    assert "assigned to secadmin" in page.words
    officer.submit(f"/incidents/{incident}/remark", text="asked the customer")
    assert "asked the customer" in officer.get(f"/incidents/{incident}").words
    assert "客户名单" in officer.get("/incidents/?assigned=secadmin").words


def test_the_filter_stays_in_the_address_and_a_wrong_one_is_said(console: Served) -> None:
    console.world.held(name="年报.docx")
    officer = console.visitor("secadmin")
    assert "年报" in officer.get("/incidents/?level=secret&text=%E5%B9%B4%E6%8A%A5").words
    assert "Nothing waits" in officer.get("/incidents/?level=top_secret").words
    assert officer.get("/incidents/?level=purple").status == 400
    assert officer.get("/incidents/?state=lost").status == 400


def test_the_same_page_for_scripts_is_only_the_rows(console: Served) -> None:
    console.world.held()
    answer = console.visitor("secadmin").ask("GET", "/incidents/", None, {"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="rows"') and PASSWORD not in answer.text


def test_a_script_that_is_signed_out_is_sent_to_the_sign_in_page_as_a_whole(console: Served) -> None:
    answer = console.visitor().ask("GET", "/incidents/", None, {"HX-Request": "true"})
    assert answer.status == 401 and answer.headers["HX-Redirect"] == "/sign-in"


def test_a_browser_that_goes_back_gets_the_whole_page(console: Served) -> None:
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    page = console.visitor("secadmin").ask("GET", "/incidents/?level=secret", None, back)
    assert page.page.xpath("//nav") and "Sign out" in page.words
    assert page.page.xpath("//select[@name='level']/option[@selected]/@value") == ["secret"]
    assert console.visitor().ask("GET", "/incidents/", None, back).location.startswith("/sign-in")


def test_the_second_page_looks_for_its_own_rows(console: Served) -> None:
    for number in range(60):
        console.world.held(send="", sha256=f"{number:02d}" * 32)
    officer = console.visitor("secadmin")
    older = officer.get("/incidents/?level=secret").page.xpath("//a[@rel='next']/@href")[0]
    rows = officer.get(older).page.xpath("//*[@id='rows']")[0]
    assert rows.get("hx-get") == older
    console.world.held()
    assert officer.get(rows.get("data-live")).location == older


def test_reviewers_see_in_the_queue_that_a_sender_asks_for_release(console: Served) -> None:
    console.world.person("sender")
    console.world.held(name="other.docx", send="", sha256="01" * 32)
    incident = console.world.held(name="wished.docx")
    sender, officer = console.visitor("sender"), console.visitor("secadmin")
    sender.get(f"/incidents/{incident}")
    sender.submit(f"/incidents/{incident}/remark", kind="release", text="the customer waits")
    rows = officer.get("/incidents/").page.xpath("//*[@id='rows']//tbody/tr")
    assert ["asks for release" in row.text_content() for row in rows] == [True, False]
    only = officer.get("/incidents/?wished=release").page.xpath("//*[@id='rows']//tbody/tr")
    assert len(only) == 1 and "wished.docx" in only[0].text_content()
    assert "发送人申请放行" in console.visitor("secadmin", "zh").get(f"/incidents/{incident}").words
