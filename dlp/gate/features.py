"""What this machine's kernel offers the gate, by name, and what is missing without each part.

Asked of the kernel itself, never of its version: distributions switch features off, and carry them back to old kernels.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dlp.errors import DlpError
from dlp.gate.kernel import Event, Init, Kernel, Mark
from dlp.language import Say

PORTABLE = Say(
    "the outbox works without it: drop files there, and send what stands in Ready",
    "外发文件夹不依赖此功能：把文件放入其中，再发送“可发送”里的文件",
)


class GateError(DlpError):
    """The gate cannot be started here."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that the gate builds on."""

    name: Say
    there: bool
    needed: bool
    """Whether there is no gate without it."""
    without: Say
    """What is so while it is not there."""


def features(kernel: Kernel | None = None) -> Iterator[Feature]:
    """Each feature in turn. Needs root for those of fanotify; they count as missing otherwise."""
    kernel = kernel or Kernel()
    yield Feature(
        Say("permission events (CONFIG_FANOTIFY_ACCESS_PERMISSIONS)", "权限事件（CONFIG_FANOTIFY_ACCESS_PERMISSIONS）"),
        _asks(kernel, Event.OPEN_PERM, Mark.ADD),
        True,
        Say("no gate here", "本机无法使用门卫"),
    )
    yield Feature(
        Say("mount namespaces", "挂载命名空间"),
        Path("/proc/self/ns/mnt").exists(),
        True,
        Say("no gate here", "本机无法使用门卫"),
    )
    yield from _wished(kernel)


def _wished(kernel: Kernel) -> Iterator[Feature]:
    yield Feature(
        Say(
            "questions before a program starts (FAN_OPEN_EXEC_PERM, Linux 5.0)",
            "程序启动前询问（FAN_OPEN_EXEC_PERM，Linux 5.0）",
        ),
        _asks(kernel, Event.OPEN_EXEC_PERM, Mark.ADD),
        False,
        Say("a start of WeChat outside dlp wechat is not noticed", "无法发现不经 dlp wechat 启动的微信"),
    )
    yield Feature(
        Say("news of mounts (FAN_MARK_MNTNS, Linux 6.14)", "挂载通知（FAN_MARK_MNTNS，Linux 6.14）"),
        _queue(kernel, Init.MNT),
        False,
        Say("new mounts are found by polling mountinfo", "通过轮询 mountinfo 发现新挂载"),
    )
    yield Feature(
        Say(
            "errors in place of lost questions (FAN_REPORT_FD_ERROR, Linux 6.13)",
            "以错误代替丢失的询问（FAN_REPORT_FD_ERROR，Linux 6.13）",
        ),
        _queue(kernel, Init.CONTENT | Init.FD_ERROR),
        False,
        Say(
            "a file that cannot be opened for the gate is refused without being counted",
            "门卫无法打开的文件会被拒绝，但不计数",
        ),
    )
    yield Feature(
        Say(
            "marks on whole file systems (FAN_MARK_FILESYSTEM, Linux 4.20)",
            "文件系统级标记（FAN_MARK_FILESYSTEM，Linux 4.20）",
        ),
        _asks(kernel, Event.OPEN_PERM, Mark.ADD | Mark.FILESYSTEM),
        False,
        Say("the second mode, without launcher, is not available", "无法使用不经启动器的第二模式"),
    )
    yield Feature(
        Say("questions before each read (FAN_PRE_ACCESS, Linux 6.14)", "每次读取前询问（FAN_PRE_ACCESS，Linux 6.14）"),
        _reads(kernel),
        False,
        Say("gate_reads cannot be switched on", "无法启用 gate_reads"),
    )
    yield Feature(
        Say("user namespaces for accounts", "普通账户的用户命名空间"),
        user_namespaces(),
        False,
        Say(
            "dlp wechat needs root to start; files that other programs hold open can be reached through /proc",
            "dlp wechat 需由 root 启动；经 /proc 可访问其他程序已打开的文件",
        ),
    )
    yield Feature(
        Say("filters of system calls (seccomp)", "系统调用过滤（seccomp）"),
        platform.machine() in ("x86_64", "AMD64", "aarch64", "arm64") and Path("/proc/sys/kernel/seccomp").exists(),
        False,
        Say(
            "mount calls of WeChat are refused by limits of its namespace alone", "仅依靠命名空间限制拒绝微信的挂载调用"
        ),
    )


def need_permission_events(kernel: Kernel | None = None) -> None:
    """Raise GateError, with the portable offer, where this account or this kernel cannot ask before an open."""
    if sys.platform != "linux":
        raise GateError(Say("the gate needs Linux", "门卫功能需要 Linux"), PORTABLE)
    try:
        with _file() as path, _made(kernel or Kernel(), Init.CONTENT) as (asking, queue):
            asking.mark(queue, Mark.ADD, Event.OPEN_PERM, path)
    except OSError as error:
        raise _cannot(error) from error


def _cannot(error: OSError) -> GateError:
    if error.errno == errno.EPERM:
        return GateError(
            Say("the gate was started without root's rights, expected root", "启动门卫需要 root 权限"),
            Say("start it with sudo, or by systemd; {portable}", "请用 sudo 或由 systemd 启动；{portable}").format(
                portable=PORTABLE
            ),
        )
    return GateError(
        Say(
            "this kernel does not ask before a file is opened ({error}), expected CONFIG_FANOTIFY_ACCESS_PERMISSIONS",
            "本机内核不支持打开文件前询问（{error}），需要 CONFIG_FANOTIFY_ACCESS_PERMISSIONS",
        ).format(error=error.strerror),
        PORTABLE,
    )


def user_namespaces() -> bool:
    """Whether an ordinary account may make one here, as far as the kernel's switches say."""
    switches = {
        "/proc/sys/user/max_user_namespaces": lambda said: said != "0",
        "/proc/sys/kernel/unprivileged_userns_clone": lambda said: said != "0",
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": lambda said: said != "1",
    }
    return Path("/proc/self/ns/user").exists() and all(_switch(path, good) for path, good in switches.items())


def _switch(path: str, good: Callable[[str], bool]) -> bool:
    try:
        return good(Path(path).read_text("ascii").strip())
    except OSError:
        return True  # a switch that this kernel does not have keeps nobody out


@contextlib.contextmanager
def _made(kernel: Kernel, flags: int) -> Iterator[tuple[Kernel, int]]:
    queue = kernel.queue(Init.CLOEXEC | Init.NONBLOCK | flags)
    try:
        yield kernel, queue
    finally:
        os.close(queue)


@contextlib.contextmanager
def _file() -> Iterator[str]:
    """A file in memory that nobody else can open, to try a mark on."""
    descriptor = os.memfd_create("gate")
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _reads(kernel: Kernel) -> bool:
    """Whether reads can be asked about: tried on a file of ours, on the file system that our own program lies on."""
    try:
        with _made(kernel, Init.PRE_CONTENT) as (asking, queue):
            asking.mark(queue, Mark.ADD, Event.PRE_ACCESS, __file__)
            asking.mark(queue, Mark.REMOVE, Event.PRE_ACCESS, __file__)
            return True
    except OSError:
        return False


def _queue(kernel: Kernel, flags: int) -> bool:
    try:
        with _made(kernel, flags):
            return True
    except OSError:
        return False


def _asks(kernel: Kernel, event: Event, flags: int) -> bool:
    """Whether a mark for this can be put. On a file system it is tried with a mask that no open meets."""
    try:
        with _file() as path, _made(kernel, Init.CONTENT) as (asking, queue):
            if flags & Mark.FILESYSTEM & ~Mark.ADD:
                # Told, never asked: nobody waits for an answer while the mark stands on a whole file system.
                asking.mark(queue, flags, Event.CLOSE_WRITE, "/proc/self/root")
            else:
                asking.mark(queue, flags, event, path)
            return True
    except OSError:
        return False
