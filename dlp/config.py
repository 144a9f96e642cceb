"""Where a machine keeps everything, and what was chosen at the first start.

The only room that reads the environment. Settings are a small TOML file that a person can read; unknown or wrong
settings are refused by name, because a setting that is silently ignored is a promise silently broken.
"""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from dlp.errors import UsageError
from dlp.language import Language, Say
from dlp.system_words import home_not_usable, why


@dataclass(frozen=True, slots=True)
class Home:
    """The folder for everything a machine keeps, and the places in it."""

    root: Path

    @property
    def settings(self) -> Path:
        """What was chosen at the first start."""
        return self.root / "settings.toml"

    @property
    def run(self) -> Path:
        """Locks and what only matters while the programs run."""
        return self.root / "run"

    @property
    def agent(self) -> Path:
        """The agent's own: journal, vault, claims, machine key."""
        return self.root / "agent"

    @property
    def office(self) -> Path:
        """The office's own: database, keystore, TLS."""
        return self.root / "office"

    @property
    def office_database(self) -> str:
        """Where the office keeps its rows, as a URL: that in ``database.url`` where there is one, else SQLite.

        It is a file of its own (0600) and no setting, because it may hold a password.
        """
        try:
            chosen = (self.root / "database.url").read_text("utf-8").strip()
        except FileNotFoundError:
            chosen = ""
        return chosen or f"sqlite:///{self.office / 'office.db'}"

    @property
    def policy(self) -> Path:
        """An organisation's own policy, used instead of the shipped one where it is there."""
        return self.root / "policy.yaml"

    @property
    def packs(self) -> Path:
        """An organisation's own rule packs, used beside the shipped ones."""
        return self.root / "packs"

    def make(self) -> None:
        """Create the folders, readable for this account only (0700)."""
        for folder in (self.root, self.run, self.agent, self.office, self.packs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


PICTURE_SECONDS = 10
"""As dlp.sight.looking has it (WHOLE_SECONDS)."""
_CHOICES = (("language", ("en", "zh")), ("gate_outside", ("refuse", "allow")))
_RANGES = (
    ("port", 0, 65535),
    ("workers", 1, 64),
    ("spare_workers", 0, 64),
    ("picture_seconds", 1, 600),
    ("gate_milliseconds", 100, 10_000),
    ("gate_lost_seconds", 1, 3600),
)
"""Settings that are numbers, with the least and the most that each may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose; every field has a default that works."""

    language: str = "en"
    profile: str = "standard"
    outbox: str = ""
    """Folder that people drop files into; empty: one in the person's home, named in their language."""
    archive: str = ""
    """Designated storage for received files; empty: ``archive`` in the home."""
    wechat: tuple[str, ...] = ()
    """WeChat data folders named by hand, besides those that are found."""
    find_wechat: bool = True
    accounts: tuple[str, ...] = ()
    """Work accounts, as WeChat's folders name them, whose received files are archived; "*": every one that is found.
    An account whose own folder stands in ``wechat`` counts as named; a folder around it only says where to look."""
    pictures: bool = False
    """Archive received pictures and films too."""
    host: str = "127.0.0.1"
    """Address that the console listens on."""
    port: int = 8443
    """Port of the console; 0 at the first start: a free one, which is then kept."""
    office: bool = True
    """This machine carries the office; false where it was enrolled at another one (``dlp enrol``)."""
    service: bool = False
    """The agent runs as the machine's service under an account of its own (``dlp service install``)."""
    people: tuple[str, ...] = ()
    """In service mode: the logins that have an outbox, each below ``outbox`` in a folder of their name."""
    workers: int = 1
    """Warm reading processes."""
    spare_workers: int = 1
    """Further ones that run while files wait for a reading process; none where there is no processor for them."""
    picture_seconds: int = PICTURE_SECONDS
    """How long the pictures of one file are read while its sender waits; the rest is looked at afterwards."""
    wechat_command: tuple[str, ...] = ()
    """What ``dlp wechat`` starts, with its arguments; empty: the WeChat that is installed."""
    wechat_programs: tuple[str, ...] = ()
    """Programs that are WeChat, besides those known; patterns of paths."""
    gate_folder: str = "/run/wechat-gate"
    """Where the gate's door is."""
    gate_milliseconds: int = 1500
    """How long WeChat waits for a verdict when it opens a file; after that it is refused and may try again."""
    gate_reads: bool = False
    """Ask at each read too, so that what another program writes into an open file is seen (Linux 6.14)."""
    gate_outside: str = "refuse"
    """A start of WeChat outside ``dlp wechat``: ``refuse`` or ``allow``."""
    gate_lost_seconds: int = 30
    """How long WeChat stays paused while the gate is lost, before it is ended."""
    gate_filesystems: tuple[str, ...] = ()
    """Mount points of file systems of people's files that are guarded as a whole, for WeChat without ``dlp wechat``."""
    gate_exempt: tuple[str, ...] = ()
    """Files of root that WeChat may open without a question, besides those known; patterns of paths."""

    @property
    def tongue(self) -> Language:
        """The language as a type."""
        return Language(self.language)

    @property
    def spare_readers(self) -> int:
        """``spare_workers``, as far as this machine has processors for them."""
        # Those this program may use, where the system tells.
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(0, min(self.spare_workers, processors - self.workers))

    @property
    def picture_patience(self) -> float:
        """``picture_seconds`` in times of its default, as those who look take it."""
        return self.picture_seconds / PICTURE_SECONDS

    def outbox_folder(self) -> Path:
        """Where people drop files."""
        return Path(self.outbox) if self.outbox else default_outbox(self.tongue)

    def archive_folder(self, home: Home) -> Path:
        """Where received files are kept."""
        return Path(self.archive) if self.archive else home.root / "archive"


def default_outbox(language: Language) -> Path:
    """The outbox in the person's home folder, named in their language."""
    return Path.home() / ("微信外发" if language is Language.ZH else "WeChat Outbox")


def default_home() -> Path:
    """``DLP_HOME``, else the platform's data folder."""
    if chosen := os.environ.get("DLP_HOME"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "wechat-file-guard"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "wechat-file-guard"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wechat-file-guard"


def environment_language() -> Language:
    """Chinese where the account's locale says so, else English."""
    for name in ("DLP_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return Language.ZH if value.lower().startswith("zh") else Language.EN
    return Language.EN


def loader_environment() -> dict[str, str]:
    """What a child interpreter needs to find its libraries; nothing else of the environment, which may hold secrets."""
    names = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def platform_places() -> dict[str, str]:
    """The folders by which WeChat's data is found, as the platform's environment names them."""
    names = ("XDG_CONFIG_HOME", "XDG_DOCUMENTS_DIR", "APPDATA", "LOCALAPPDATA", "USERPROFILE")
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def whole_environment() -> dict[str, str]:
    """All of it, for a program that a person starts through us."""
    return dict(os.environ)


def has_desktop() -> bool:
    """Whether a person's desktop can show something; a service and a login over the network have none."""
    if sys.platform in ("win32", "darwin"):
        return True
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    return Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), "bus").exists()


def service_environment() -> dict[str, str]:
    """What systemd tells a service of itself (sd_notify(3), sd_listen_fds(3))."""
    names = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_FDNAMES")
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def service_folder() -> Path:
    """Where the door of the machine's service stands, for every account (systemd's RuntimeDirectory)."""
    return Path("/run/wechat-file-guard")


def load(home: Home) -> Settings:
    """The settings of this home; the defaults where none were written yet.

    Raises UsageError that names the file, the setting and what was expected.
    """
    try:
        raw = tomllib.loads(home.settings.read_text("utf-8"))
    except FileNotFoundError:
        return Settings(language=environment_language())
    except (PermissionError, NotADirectoryError) as error:
        raise home_not_usable(home.root, error) from error
    except OSError as error:
        raise _bad(home, Say("cannot be read: {why}", "无法读取：{why}").format(why=why(error))) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(home, Say("cannot be read: {error}", "无法读取：{error}").format(error=error)) from error
    if not raw:  # it lost what it said: the choices in it would silently become others
        raise _bad(home, Say("it is empty; put it back from a copy", "内容为空，请从备份恢复"))
    return _checked(home, raw)


def _checked(home: Home, raw: dict[str, object]) -> Settings:
    known = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    for name, value in raw.items():
        if name not in known:
            raise _bad(home, Say(f"unknown setting {name!r}", f"未知设置 {name!r}"))
        expected = list if isinstance(known[name], tuple) else type(known[name])
        if type(value) is not expected:
            raise _bad(
                home, Say(f"{name} is {value!r}, expected {expected.__name__}", f"{name} 的值 {value!r} 类型不符")
            )
    kept = {name: tuple(map(str, value)) if isinstance(value, list) else value for name, value in raw.items()}
    settings = replace(Settings(), **kept)  # type: ignore[arg-type]  # each value's type was compared above
    for name, choices in _CHOICES:
        if (value := getattr(settings, name)) not in choices:
            said = Say(
                f"{name} is {value!r}, expected {' or '.join(choices)}", f"{name} 应为 {'、'.join(choices)} 之一"
            )
            raise _bad(home, said)
    for name, least, most in _RANGES:
        if not least <= getattr(settings, name) <= most:
            raise _bad(home, Say(f"{name} ({least} to {most}) is out of range", f"{name}（{least} 至 {most}）超出范围"))
    return settings


def save(home: Home, settings: Settings) -> None:
    """Write the settings, whole or not at all."""
    lines = [f"{field.name} = {_toml(getattr(settings, field.name))}" for field in fields(Settings)]
    draft = home.settings.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home.settings)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _bad(home: Home, problem: Say) -> UsageError:
    return UsageError(
        Say("settings {file}: {problem}", "设置文件 {file}：{problem}").format(file=home.settings, problem=problem),
        Say("correct the file; nothing was changed", "请更正该文件；未做任何改动"),
    )
