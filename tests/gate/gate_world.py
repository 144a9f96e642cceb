"""A machine with agent, gate and a stand-in WeChat, on a file system of its own; nothing of the host is marked."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from dlp import first_start
from dlp.config import Home, Settings

HERE = Path(__file__).parent
SECONDS = 30.0
Found = TypeVar("Found")
SECRET = "机密★10年\n\n关于某项工作的实施方案\n\n" + "本方案涉及的具体安排如下。\n" * 20
PUBLIC = "会议通知\n\n兹定于下周三上午九时召开例会，请各科室准时参加。\n" * 3
SENSITIVE = "客户登记表\n\n" + "".join(
    f"姓名：张三{number}  身份证号：{id_}  手机：1380013800{number}\n"
    for number, id_ in enumerate(("11010519491231002X", "440524188001010014"))
)


def until(look: Callable[[], Found], what: str, seconds: float = SECONDS) -> Found:
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


@dataclass
class Program:
    """One of our programs; its first line says that it is ready."""

    words: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, words: list[str] | None = None, **options: Any) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words or self.words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                **options,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith(b"ready"), self.log.read_text()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
                self.process.send_signal(number)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None


@dataclass
class Client:
    """A stand-in WeChat behind ``dlp wechat``."""

    process: subprocess.Popen[str]
    pid: int = 0

    @classmethod
    def start(cls, world: World, *words: str) -> Client:
        base = getattr(sys, "_base_executable", sys.executable)
        command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(world.home), "wechat", *words, "--"]
        return cls.of([*command, base, "-I", "-S", str(world.programs / "stand_in.py")])

    @classmethod
    def of(cls, command: list[str], **options: Any) -> Client:
        """A client that a command starts."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        client = cls(subprocess.Popen(command, text=True, **pipes, **options))
        client.pid = client._hear()["pid"]
        return client

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        heard: dict[str, Any] = json.loads(line)
        return heard

    def do(self, what: str, *given: Any) -> dict[str, Any]:
        self.tell(what, *given)
        return self._hear()

    def tell(self, what: str, *given: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(
            json.dumps({"do": what, "with": [str(one) if isinstance(one, Path) else one for one in given]}) + "\n"
        )
        self.process.stdin.flush()

    def stop(self) -> None:
        for end in (self.process.stdin,):
            with contextlib.suppress(OSError):
                end.close()  # type: ignore[union-attr]
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for end in (self.process.stdout, self.process.stderr):
            end.close()  # type: ignore[union-attr]


@dataclass
class World:
    """Everything below one folder."""

    folder: Path
    settings: Settings = field(default_factory=Settings)
    clients: list[Client] = field(default_factory=list)
    program: Path = Path()
    """What counts as WeChat, where a test has one."""

    def __post_init__(self) -> None:
        self.home, self.box, self.files = (self.folder / name for name in ("home", "box", "files"))
        self.programs = self.folder / "programs"
        for folder in (self.files, self.programs):
            folder.mkdir(exist_ok=True, mode=0o755)
        for name in ("stand_in.py", "ways.py"):
            (self.programs / name).write_bytes((HERE / name).read_bytes())
        home = Home(self.home)
        if not home.settings.exists():
            base = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
            interpreter = [f"{folder}/**" for folder in {str(base.parent.parent), sys.base_prefix}]
            self.settings = replace(
                self.settings,
                outbox=str(self.box),
                find_wechat=False,
                port=0,
                gate_folder=str(self.folder / "door"),
                gate_exempt=(*interpreter, f"{self.programs}/**"),
            )
            self.settings, self.secrets = first_start.set_up(home, self.settings)
            first_start.finish(home)
        self.agent = Program(
            [sys.executable, "-P", "-m", "dlp.agent", "--home", str(self.home)], self.folder / "agent.log"
        )
        self.office = Program([sys.executable, "-P", "-m", "web", "--home", str(self.home)], self.folder / "office.log")
        self.gate = Program(
            [sys.executable, "-P", "-m", "dlp.gate", "--home", str(self.home)], self.folder / "gate.log"
        )

    def start(self) -> None:
        self.agent.start()
        self.gate.start()
        until(lambda: self.status()["agent"], "the gate talks with the agent")

    def status(self) -> dict[str, Any]:
        from dlp.gate import launch

        end = launch.knock(self.folder / "door")
        try:
            told: dict[str, Any] = launch.ask(end, {"status": True})["status"]
            return told
        finally:
            end.close()

    def dlp(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "dlp.cli.main", "--home", str(self.home), "--language", "en", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def cards(self) -> dict[str, str]:
        """The pages in Held, by name."""
        return {path.name: path.read_text("utf-8") for path in (self.box / "Held").glob("*.html")}

    def client(self, *words: str) -> Client:
        client = Client.start(self, *words)
        self.clients.append(client)
        return client

    def file(self, name: str, text: str = SECRET) -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def stop(self) -> None:
        for client in self.clients:
            client.stop()
        self.gate.stop()
        self.agent.stop()
        self.office.stop()


@contextlib.contextmanager
def ext4(size: int = 512, kind: str = "ext4") -> Iterator[Path]:
    """A file system of our own, in a file; ``size`` in MB."""
    with tempfile.TemporaryDirectory(prefix="gate-") as name:
        image, point = Path(name) / "image", Path(name) / "m"
        point.mkdir()
        with image.open("wb") as file:
            file.truncate(size << 20)
        subprocess.run([f"mkfs.{kind}", "-q", str(image)], check=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(point)], check=True)
        subprocess.run(["mount", "--make-shared", str(point)], check=True)  # as systemd has every mount
        Path(name).chmod(0o755)
        point.chmod(0o755)
        try:
            yield point
        finally:
            _unmount(point)


def _unmount(point: Path) -> None:
    def done() -> bool:
        return subprocess.run(["umount", str(point)], capture_output=True, check=False).returncode == 0

    try:
        until(done, "unmounted", 10)
    except AssertionError as error:
        raise AssertionError(f"used by {users(point)}") from error


def users(point: Path) -> list[str]:
    """Processes that hold something open below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            links = [process / "cwd", process / "root", process / "exe", *(process / "fd").iterdir()]
            for link in links:
                with contextlib.suppress(OSError):
                    if os.readlink(link).startswith(f"{point}/"):
                        found.append(f"{process.name} {link.name} {os.readlink(link)}")
    return found


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(folder.name))
    return found
