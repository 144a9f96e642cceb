"""People on their pages: what is asked before it is done, and what is not offered where it cannot be."""

from __future__ import annotations

from web_world import Served

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
    assert refused.status == 409 and "secadmin is the only active security administrator" in refused.words
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
