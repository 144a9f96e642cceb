"""The first start of a home: keys, office, accounts, and this machine enrolled at its own office.

Interrupted at any point, the next start finds the mark of an unfinished first start and begins afresh; nothing was used
before the mark is gone. A home that lost only its settings is never set up anew, because new keys would make every
sealed file and everything in the vault unreadable.
"""

from __future__ import annotations

import json
import secrets
import shutil
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from dlp.config import Home, Settings, save
from dlp.errors import UsageError
from dlp.files import sync_folder, write_whole
from dlp.inspection import FINGERPRINT_KEY_BYTES
from dlp.language import Language, Say

MARK = ".first-start"
LINKS = "first-start.txt"
ORGANISATION = Say("Our organisation", "本单位")


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link of one of the first accounts."""

    account: str
    role: Say
    url: str
    expires: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is handed out once and stored nowhere."""

    links: tuple[Link, ...]
    recovery: str

    def words(self, language: Language) -> str:
        """The page that is printed on a terminal or written into a 0600 file."""
        lines = [TITLE.to(language), ""]
        for link in self.links:
            lines += [f"  {link.account}  ({link.role.to(language)})", f"    {link.url}"]
        lines += ["", RECOVERY.to(language), "", f"  {self.recovery}", ""]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Nothing secret, whoever prints it."""
        return f"Secrets({len(self.links)} links)"


TITLE = Say(
    "One-time links of the first accounts; each sets its password once, within three days "
    "(later dlp account link makes a new one):",
    "首批账户的一次性链接，三天内有效，用于各自设置密码（过期后可用 dlp account link 重新生成）：",
)
RECOVERY = Say(
    "Recovery key. It opens every sealed file, also without this office. Write it down, keep it offline, "
    "and keep it nowhere on this machine. dlp keys recovery split makes shares of it: any 3 of 5 people open together.",
    "恢复密钥：不依赖本系统即可打开全部加密文件。请抄录并离线保管，不要留在本机。\n"
    "可用 dlp keys recovery split 拆分为 5 份，任意 3 人合并即可使用：",
)
ROLES = {
    "sysadmin": Say("machines and accounts", "系统管理员"),
    "secadmin": Say("policy and review", "安全保密管理员"),
    "auditor": Say("reads the event chains", "安全审计员"),
    "user": Say("sends and opens files", "普通用户"),
}


def needed(home: Home) -> bool:
    """Whether this home was never completely set up.

    Raises UsageError for a home whose keys are there and whose settings are not.
    """
    if (home.root / MARK).exists():
        return True
    if home.settings.exists():
        return False
    if (home.office / "keystore.json").exists() or (home.agent / "machine.key").exists():
        raise UsageError(
            Say("{file} is missing, although {home} was set up", "{home} 已初始化，但缺少 {file}").format(
                file=home.settings.name, home=home.root
            ),
            Say(
                "put the file back from a copy; new keys are not made, because they would not open what is kept here",
                "请从备份恢复该文件；系统不会重新生成密钥，否则已保存的文件将无法打开",
            ),
        )
    return True


def set_up(home: Home, settings: Settings) -> tuple[Settings, Secrets]:
    """Make everything; the caller hands the Secrets out and then calls ``finish``.

    Returns the settings with a free port and the folders chosen. Raises DlpError or OSError with nothing in use.
    """
    home.make()
    (home.root / MARK).touch(0o600)
    for folder in (home.office, home.agent):
        shutil.rmtree(folder)
        folder.mkdir(0o700)
    settings = replace(
        settings,
        outbox=str(settings.outbox_folder()),
        archive=str(settings.archive_folder(home)),
        port=_free_port(settings),
    )
    secrets_ = _office_and_machine(home, settings)
    save(home, settings)
    return settings, secrets_


def finish(home: Home) -> None:
    """The secrets were handed out: from now on this home is never set up again."""
    (home.root / MARK).unlink()
    sync_folder(home.root)


def console_url(settings: Settings) -> str:
    """The address that people open; the certificate is also valid for the loopback address."""
    host = "localhost" if settings.host in ("127.0.0.1", "::1") else settings.host
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = socket.gethostname()
    return f"https://{host}:{settings.port}"


def _free_port(settings: Settings) -> int:
    """The wished port where it is free, else one that the kernel names."""
    for wished in (settings.port, 0):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, wished))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UsageError(
        Say("no port is free on {host}", "{host} 上没有可用端口").format(host=settings.host),
        Say("check the setting host", "请检查 host 设置"),
    )


def _office_and_machine(home: Home, settings: Settings) -> Secrets:
    from dlp.office import Office, first_start
    from keys.keystore import Keystore

    keystore, recovery = Keystore.create(home.office)
    office = Office.open(office_database(home), keystore)
    try:
        made = first_start.set_up(office, ORGANISATION.to(settings.tongue))
        enrolled = office.machines.enrol(socket.gethostname() or "machine")
        _agent(home, settings, keystore.tls().ca, enrolled.token, enrolled.machine.letter, office.keys())
    finally:
        office.close()
    links = tuple(
        Link(
            link.account.name,
            ROLES.get(link.account.name, ROLES["user"]),
            f"{console_url(settings)}/link/{link.token}",
            link.expires,
        )
        for link in made.links
    )
    return Secrets(links, recovery.identity)


def office_database(home: Home) -> str:
    """Where the office keeps its rows, as a URL."""
    return home.office_database


def _agent(home: Home, settings: Settings, ca: Path, token: str, letter: str, keys: dict[str, object]) -> None:
    """The machine's own keys, and how it reaches its office."""
    from keys.age import generate

    write_whole(home.agent / "machine.key", f"{generate()}\n".encode("ascii"))
    write_whole(home.agent / "fingerprint.key", secrets.token_bytes(FINGERPRINT_KEY_BYTES))
    office = {
        "url": console_url(settings),
        "ca": ca.read_text("ascii"),
        "token": token,
        "letter": letter,
        **keys,
    }
    write_whole(home.agent / "office.json", json.dumps(office, indent=1).encode("utf-8"))
