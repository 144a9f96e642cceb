"""Making this machine one of an office that runs elsewhere: its own keys, and how it reaches that office.

The office's answer to the token comes first, so that nothing is made where the address, the authority or the token is
wrong; settings come last, so that a machine that was interrupted counts as not enrolled.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import replace

from dlp.config import Home, Settings, save
from dlp.errors import KeysError, UsageError
from dlp.files import write_whole
from dlp.inspection import FINGERPRINT_KEY_BYTES
from dlp.language import Say
from dlp.link.client import Client, MachineRevokedError, OfficeAwayError
from dlp.link.office_file import OfficeFile


def enrol(home: Home, settings: Settings, url: str, ca: str, token: str) -> Settings:
    """Set this home up as a machine of the office at ``url``, whose authority (PEM) is ``ca``.

    Raises UsageError where the home is in use or the office does not answer, KeysError where it does not know the
    token; then nothing was made.
    """
    if in_use(home):
        raise _set_up(home)
    office = _heard(OfficeFile(url.rstrip("/"), ca, token, "", "", ""))
    from keys.age import generate

    home.make()
    write_whole(home.agent / "machine.key", f"{generate()}\n".encode("ascii"))
    write_whole(home.agent / "fingerprint.key", secrets.token_bytes(FINGERPRINT_KEY_BYTES))
    office.save(home.agent / "office.json")
    settings = replace(
        settings, office=False, outbox=str(settings.outbox_folder()), archive=str(settings.archive_folder(home))
    )
    save(home, settings)
    return settings


def in_use(home: Home) -> bool:
    """Whether this home was set up before, at least in part."""
    return home.settings.exists() or (home.agent / "machine.key").exists()


def renew(home: Home, url: str, ca: str, token: str) -> OfficeFile:
    """Give the machine of this home the new token by which its office lets it back in; nothing else changes.

    Only the same machine of the same office: files, numbers and the event chain kept here belong to it. Raises
    UsageError otherwise, KeysError where the office does not know the token or what is kept here cannot be read; then
    nothing was changed.
    """
    path = home.agent / "office.json"
    if not (home.settings.exists() and path.exists()):
        raise _set_up(home)
    known = OfficeFile.load(path)
    if token == known.token:
        raise _set_up(home)
    heard = _heard(replace(known, url=url.rstrip("/"), ca=ca, token=token, organisation="", verify=""))
    if (known.organisation or heard.organisation, known.letter) != (heard.organisation, heard.letter):
        raise UsageError(
            Say(
                "the token is of machine {theirs}, and {home} is machine {ours} of its office",
                "该令牌属于终端 {theirs}，而 {home} 是其管理端的终端 {ours}",
            ).format(theirs=heard.letter, home=home.root, ours=known.letter),
            Say(
                "let this machine back in on the page Machines of its own office, or choose another folder with --home",
                "请在其管理端“终端”页恢复本终端，或用 --home 指定其他文件夹",
            ),
        )
    renewed = replace(heard, verify=known.verify or heard.verify)
    renewed.save(path)
    return renewed


def _set_up(home: Home) -> UsageError:
    return UsageError(
        Say("{home} is set up already", "{home} 已初始化").format(home=home.root),
        Say(
            "choose another folder with --home; a machine that was revoked is let back in on the page Machines of the "
            "console, which gives the token to type here",
            "请用 --home 指定其他文件夹；已撤销的终端请先在控制台“终端”页恢复，再在此输入新令牌",
        ),
    )


def _heard(bare: OfficeFile) -> OfficeFile:
    import ssl

    try:
        with closing(Client(bare)) as client:
            keys = client.keys()
        return replace(bare.heard(keys), letter=str(keys["letter"]))
    except MachineRevokedError:
        raise KeysError(
            Say("the office does not know this token", "管理端不认识该令牌"),
            Say("the page Machines of the console makes a new one", "请在控制台“终端”页重新登记"),
        ) from None
    except (OfficeAwayError, ssl.SSLError, ValueError, KeyError) as error:
        raise UsageError(
            Say("the office at {url} does not answer: {why}", "{url} 的管理端没有应答：{why}").format(
                url=bare.url, why=error
            ),
            Say("check the address, and the authority from its page /trust/", "请核对地址和 /trust/ 页提供的证书"),
        ) from error
