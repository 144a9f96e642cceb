"""What an organisation asks of passwords: its own words, and their age where it wants that."""

from __future__ import annotations

import pytest
from office_world import PASSWORD, World

from dlp.errors import UsageError
from dlp.office import EventFilter, Refused
from dlp.office.password_rules import PasswordOld, PasswordRules, Rules

NEW = "nine violet otters hum 八音"


def test_words_and_names_of_the_organisation_are_refused(world: World) -> None:
    settings = PasswordRules(world.office.ground)
    world.office.settings.rename(world.secadmin, "华兴科技有限公司", "the first name was a sample")
    world.person("zhaoyun")
    for weak in ("华兴科技-华兴科技-2026-!", "zhaoyun-zhaoyun-77-!"):
        with pytest.raises(UsageError, match="weak"):
            world.office.accounts.change_password(world.user, PASSWORD, weak)
    settings.choose(world.sysadmin, Rules(0, ("Quellwasser", "  ", "Quellwasser")), "product names")
    with pytest.raises(UsageError, match="name"):
        world.office.accounts.change_password(world.user, PASSWORD, "quellwasser-Quellwasser9")
    assert settings.show() == Rules(0, ("Quellwasser",))
    with pytest.raises(UsageError, match="old one"):
        world.office.accounts.change_password(world.user, PASSWORD, PASSWORD)
    world.office.accounts.change_password(world.user, PASSWORD, NEW)


def test_passwords_age_only_where_the_organisation_wants_it(world: World) -> None:
    settings = PasswordRules(world.office.ground)
    world.clock.pass_by(days=400)
    assert world.office.accounts.check("user", PASSWORD, "")
    settings.choose(world.sysadmin, Rules(90), "regulation 5.3")
    with pytest.raises(PasswordOld, match="too old"):
        world.office.sessions.sign_in("user", PASSWORD, "")
    with pytest.raises(PasswordOld):
        world.office.accounts.check("user", PASSWORD, "")
    world.office.accounts.change_password(world.user, PASSWORD, NEW)
    assert world.office.sessions.sign_in("user", NEW, "").account.name == "user"
    world.clock.pass_by(days=89)
    assert world.office.accounts.check("user", NEW, "")
    world.clock.pass_by(days=2)
    with pytest.raises(PasswordOld):
        world.office.accounts.check("user", NEW, "")
    link = world.office.accounts.invite(world.again("sysadmin"), world.user.id)
    world.office.accounts.redeem(link.token, PASSWORD)
    assert world.office.accounts.check("user", PASSWORD, "")


def test_who_chooses_and_that_it_is_an_event(world: World) -> None:
    settings = PasswordRules(world.office.ground)
    with pytest.raises(Refused):
        settings.choose(world.user, Rules(90), "x")
    for bad, reason in (
        (Rules(-1), "x"),
        (Rules(4000), "x"),
        (Rules(1, ("ab",) * 3 + tuple(map(str, range(999)))), "x"),
        (Rules(90), " "),
    ):
        with pytest.raises(UsageError):
            settings.choose(world.sysadmin, bad, reason)
    settings.choose(world.sysadmin, Rules(90, ("秘密项目",)), "regulation")
    (event,) = world.office.audit.events(world.auditor, EventFilter(kind="setting."))
    assert event.body["days"] == 90 and "秘密项目" not in str(event.body)
