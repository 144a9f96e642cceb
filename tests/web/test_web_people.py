"""People on their pages: what is asked before it is done, and what is not offered where it cannot be."""

from __future__ import annotations

from web_world import Answer, Served, Visitor

from dlp.office import AccountState


def test_closing_for_good_is_asked_again_and_the_only_officer_stays(console: Served) -> None:
    world, keeper = console.world, console.visitor("sysadmin")
    page = keeper.get(f"/people/{world.user.id}")
    assert not [form for form in page.page.forms if (form.get("action") or "").endswith("/close")]
    (link,) = page.page.xpath("//a[contains(@class, 'btn-danger')]/@href")
    asked = keeper.get(link)
    assert asked.status == 200 and "Close user for good?" in asked.words and "disable" in asked.words
    assert world.again("user").state is AccountState.ACTIVE
    assert keeper.submit(link).status == 303
    assert world.again("user").state is AccountState.CLOSED
    keeper.get(f"/people/{world.secadmin.id}/close")
    refused = keeper.submit(f"/people/{world.secadmin.id}/close")
    assert refused.status == 409 and "The only active security administrator is secadmin" in refused.words
    keeper.get(f"/people/{world.secadmin.id}")
    assert keeper.submit(f"/people/{world.secadmin.id}/disable").status == 409
    chinese = console.visitor("sysadmin", language="zh")
    chinese.get(f"/people/{world.auditor.id}/close")
    assert "唯一启用中的安全审计员" in chinese.submit(f"/people/{world.auditor.id}/close").words


def test_a_closed_account_offers_no_roles_and_no_hand_over(console: Served) -> None:
    world = console.world
    officer = console.visitor("secadmin")
    assert "Hand over" in officer.get(f"/people/{world.user.id}").words
    world.office.careers.close(world.sysadmin, world.user.id)
    page = officer.get(f"/people/{world.user.id}").words
    assert "Hand over" not in page and "Grant" not in page and "closed" in page
    assert "Close for good" not in console.visitor("sysadmin").get(f"/people/{world.user.id}").words


def test_a_new_link_is_offered_to_whoever_may_make_it(console: Served) -> None:
    world = console.world
    officer, keeper = console.visitor("secadmin"), console.visitor("sysadmin")
    page = keeper.get(f"/people/{world.auditor.id}")
    assert "made by the security administrator" in page.words and "/invite" not in page.text
    officer.get(f"/people/{world.auditor.id}")
    shown = officer.submit(f"/people/{world.auditor.id}/invite")
    assert shown.status == 200 and "/link/" in shown.words
    assert "/invite" not in officer.get(f"/people/{world.user.id}").text
    assert "/invite" not in officer.get(f"/people/{world.secadmin.id}").text
    keeper.get(f"/people/{world.user.id}")
    assert keeper.submit(f"/people/{world.user.id}/invite").status == 200


def test_who_is_outside_is_told_who_makes_a_link(console: Served) -> None:
    visitor = console.visitor()
    words = visitor.get("/sign-in").words
    assert "officers get theirs from the security administrator" in words and "dlp account link" in words
    assert "security administrator" in visitor.submit("/sign-in", name="auditor", password="wrong").words
    assert "security administrator" in visitor.get("/link/gone").words
    assert "安全保密管理员" in console.visitor(language="zh").get("/link/gone").words


def test_it_is_said_that_the_account_is_called_as_the_login(console: Served) -> None:
    world, keeper, sender = console.world, console.visitor("sysadmin"), console.visitor("user")
    assert "login on their workstation" in keeper.get("/people/").words
    assert "login on their workstation" in sender.get("/requests/").words
    for page in ("/incidents/", "/transfers/"):
        assert "by the login user." in sender.get(page).words
        assert "登录名 user" in console.visitor("user", language="zh").get(page).words
        assert "by the login" not in console.visitor("secadmin").get(page).words
    world.held(person="USER")  # whatever the case, it is theirs
    for page in ("/incidents/", "/transfers/"):
        words = sender.get(page).words
        assert "客户名单" in words and "by the login" not in words


def switches(page: Answer) -> list[str]:
    return [form.get("action") for form in page.page.forms if form.get("action") == "/choices"]


def test_what_is_shown_once_is_not_lost_by_the_language_switch(console: Served) -> None:
    """The switch would load a page that cannot show the link or the token again, so it is not there."""
    world, keeper = console.world, console.visitor("sysadmin")
    assert switches(keeper.get("/people/"))
    linked = keeper.submit("/people/", name="next", clearance="internal")
    assert "/link/" in linked.words and "Shown once" in linked.words and not switches(linked)
    world.office.requests.make(world.user, "account", "li.lei", "李雷")
    (asked,) = world.office.requests.all(world.sysadmin)
    keeper.get("/requests/")
    granted = keeper.submit(f"/requests/{asked.id}", choice="account", level="internal")
    assert "/link/" in granted.words and not switches(granted)
    assert switches(keeper.get("/machines/"))
    enrolled = keeper.submit("/machines/", name="desk 2")
    assert "dlp enrol" in enrolled.words and "Shown once" in enrolled.words and not switches(enrolled)
    machine = next(one for one in world.office.machines.all(world.sysadmin) if one.name == "desk 2")
    world.office.machines.revoke(world.sysadmin, machine.id)
    keeper.get("/machines/")
    assert not switches(keeper.submit(f"/machines/{machine.id}/back"))
    assert "仅显示一次" in _made(console.visitor("sysadmin", language="zh")).words


def _made(keeper: Visitor) -> Answer:
    keeper.get("/people/")
    return keeper.submit("/people/", name="further", clearance="internal")


def test_an_error_begins_like_a_sentence(console: Served) -> None:
    keeper = console.visitor("sysadmin")
    for page in (keeper.get("/nothing"), keeper.get("/audit/"), console.visitor().get("/link/gone")):
        (title,) = page.page.xpath("//h1/text()")
        assert title[0].isupper()
    keeper.get("/people/")
    taken = keeper.submit("/people/", name="user", clearance="internal")
    assert taken.page.xpath("//h1/text()") == ["The account name is taken"] and "Choose another" in taken.words
    wrong = console.visitor().sign_in("user", "wrong")  # on a form the style sheet begins the sentence
    assert len(wrong.page.xpath("//div[@role='alert']/*[@class='begins']")) == 2
