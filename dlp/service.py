"""The machine's service: an account of its own, systemd units that give it few rights, and an outbox for each person.

In service mode the promises of the outbox hold against the sender too: what is in Ready is the agent's, the vault and
the keys belong to an account that nobody logs in to (DESIGN 5.4).
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from dlp.errors import UsageError
from dlp.language import Say

ACCOUNT = "wechat-file-guard"
STATE = Path("/var/lib/wechat-file-guard")
"""The home of agent and office."""
OUTBOXES = Path("/srv/wechat-outbox")
"""One folder for each person."""
UNITS = ("wechat-file-guard-office.service", "wechat-file-guard-agent.service")
SYSTEMD = Path("/etc/systemd/system")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things go; ``top`` is "/" but in tests and images under construction."""

    top: Path = Path("/")
    python: str = sys.executable

    def at(self, path: Path) -> Path:
        """The same path below ``top``."""
        return self.top / path.relative_to("/")


def need_root() -> None:
    """Raise UsageError unless we are root on a system with systemd's folders."""
    if sys.platform != "linux" or os.getuid() != 0:
        raise UsageError(
            Say("the service is installed by root on Linux", "须由 root 在 Linux 上安装服务"),
            Say("use sudo, or dlp run for yourself alone", "请使用 sudo，或用 dlp run 仅为自己运行"),
        )


def make_account() -> int:
    """The service's account, made where it is not there; its number. Raises UsageError."""
    import pwd

    try:
        return pwd.getpwnam(ACCOUNT).pw_uid
    except KeyError:
        words = [
            "useradd",
            "--system",
            "--user-group",
            "--home-dir",
            str(STATE),
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT,
        ]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UsageError(
                Say("the account {account} could not be made: {why}", "无法创建账户 {account}：{why}").format(
                    account=ACCOUNT, why=done.stderr.strip()
                )
            ) from None
        return pwd.getpwnam(ACCOUNT).pw_uid


def make_outbox(layout: Layout, person: str) -> Path:
    """The outbox of one person: the agent's folder, in which they may drop and take away their own files only."""
    import pwd

    try:
        group = pwd.getpwnam(person).pw_gid
    except KeyError:
        raise UsageError(
            Say("there is no login {person} on this machine", "本机没有登录名 {person}").format(person=person)
        ) from None
    owner = pwd.getpwnam(ACCOUNT).pw_uid
    base = layout.at(OUTBOXES)
    base.mkdir(parents=True, exist_ok=True)
    folder = base / person
    folder.mkdir(exist_ok=True)
    os.chown(folder, owner, group)
    folder.chmod(0o3770)
    return folder


def make_state(layout: Layout) -> Path:
    """The home of agent and office, for the service's account alone."""
    import pwd

    account = pwd.getpwnam(ACCOUNT)
    folder = layout.at(STATE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)
    return folder


def check_reachable(layout: Layout) -> None:
    """Raise UsageError where the service's account could not run the program from where it is installed."""
    words = ["runuser", "-u", ACCOUNT, "--", layout.python, "-P", "-c", "import dlp, keys, classifiers, web"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise UsageError(
            Say(
                "the account {account} cannot run the program in {place}", "账户 {account} 无法运行 {place} 中的程序"
            ).format(account=ACCOUNT, place=Path(layout.python).parent.parent),
            Say("install it where everybody may read, such as /opt", "请安装到所有账户可读的位置，例如 /opt"),
        )


def unit_texts(layout: Layout) -> dict[str, str]:
    """Name to text of the units."""
    fields = {
        "python": layout.python,
        "account": ACCOUNT,
        "state": str(STATE),
        "outboxes": str(OUTBOXES),
        "folder": STATE.name,
    }
    here = Path(__file__).parent / "units"
    return {name: Template((here / name).read_text("utf-8")).substitute(fields) for name in UNITS}


def write_units(layout: Layout) -> list[Path]:
    """Write the units; returns where they are."""
    folder = layout.at(SYSTEMD)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in unit_texts(layout).items():
        (folder / name).write_text(text, "utf-8")
        written.append(folder / name)
    return written


def systemctl(*words: str) -> bool:
    """Whether systemd did it; false where none runs, as in a container."""
    if not Path("/run/systemd/system").is_dir():
        return False
    return subprocess.run(["systemctl", *words], capture_output=True, check=False).returncode == 0
