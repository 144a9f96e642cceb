"""Every way in which the stand-in client tries to get at a file; each gives what it read, or fails with OSError.

Python's own ``open`` where that does, raw system calls where it does not. ``facts`` of the kernel's ways: plain opens
of all kinds, names (links, renames), descriptors (reopened, passed, inherited), children, namespaces and mounts, other
programs' open files, and calls that read without an open of their own.
"""

from __future__ import annotations

import array
import ctypes
import mmap
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAYS: dict[str, Callable[..., Any]] = {}
LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
AT_FDCWD, O_PATH = -100, os.O_PATH
OPENAT2, CLONE3, PIDFD_OPEN, PIDFD_GETFD = 437, 435, 434, 438
OPEN_TREE, MOVE_MOUNT, FSOPEN = 428, 429, 430
URING_SETUP, URING_ENTER, URING_OPENAT = 425, 426, 18
LONGEST = 64


def way(do: Callable[..., Any]) -> Callable[..., Any]:
    WAYS[do.__name__] = do
    return do


def checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def call(number: int, *arguments: object) -> int:
    LIBC.syscall.restype = ctypes.c_long
    return checked(LIBC.syscall(ctypes.c_long(number), *arguments))


def text(fd: int) -> str:
    return os.pread(fd, LONGEST, 0).decode("latin-1")


def opened(path: str, flags: int = os.O_RDONLY) -> str:
    fd = os.open(path, flags)
    try:
        return text(fd)
    finally:
        os.close(fd)


def in_child(do: Callable[[], str]) -> str:
    """Run in a forked child, so that what it changes of itself ends with it; its errno comes back as ours."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writer, b"+" + do().encode("latin-1"))
        except OSError as error:
            os.write(writer, b"-" + str(error.errno).encode())
        finally:
            os._exit(0)
    os.close(writer)
    told = b""
    while part := os.read(reader, 4096):
        told += part
    os.close(reader)
    os.waitpid(pid, 0)
    if not told.startswith(b"+"):
        number = int(told[1:] or b"5")
        raise OSError(number, os.strerror(number))
    return told[1:].decode("latin-1")


# plain opens


@way
def look(path: str) -> str:
    """Open and read, as a client does before it uploads."""
    return opened(path)


@way
def open_for_reading_and_writing(path: str) -> str:
    return opened(path, os.O_RDWR)


@way
def open_with_create(path: str) -> str:
    return opened(path, os.O_RDWR | os.O_CREAT)


@way
def openat2(path: str) -> str:
    how = struct.pack("=QQQ", os.O_RDONLY, 0, 0)
    fd = call(OPENAT2, AT_FDCWD, os.fsencode(path), how, len(how))
    try:
        return text(fd)
    finally:
        os.close(fd)


@way
def open_through_io_uring(path: str) -> str:
    """One openat in a ring: the kernel opens it in a worker of its own."""
    parameters = bytearray(120)
    ring = call(URING_SETUP, 4, (ctypes.c_char * 120).from_buffer(parameters))
    (entries,) = struct.unpack_from("=I", parameters, 0)
    head, tail, mask, _, _, _, order = struct.unpack_from("=7I", parameters, 40)
    completed = struct.unpack_from("=8I", parameters, 80)
    submits = mmap.mmap(ring, order + entries * 4, offset=0)
    completes = mmap.mmap(ring, completed[5] + 8 * entries * 16, offset=0x8000000)
    requests = mmap.mmap(ring, entries * 64, offset=0x10000000)
    name = ctypes.create_string_buffer(os.fsencode(path))
    request = struct.pack(
        "=BBHiQQIIQ", URING_OPENAT, 0x10, 0, AT_FDCWD, 0, ctypes.addressof(name), 0, os.O_RDONLY, 1
    )  # 0x10: always in a worker
    requests[: len(request)] = request
    struct.pack_into("=I", submits, order, 0)
    struct.pack_into("=I", submits, tail, 1)
    del head, mask
    call(URING_ENTER, ring, 1, 1, 1, None, 0)
    (result,) = struct.unpack_from("=i", completes, completed[5] + 8)
    os.close(ring)
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    try:
        return text(result)
    finally:
        os.close(result)


@way
def map_into_memory(path: str) -> str:
    fd = os.open(path, os.O_RDONLY)
    try:
        with mmap.mmap(fd, 0, access=mmap.ACCESS_READ) as seen:
            return seen[:LONGEST].decode("latin-1")
    finally:
        os.close(fd)


@way
def upload_in_chunks(path: str) -> str:
    """Opened again for each chunk."""
    found = b""
    while True:
        fd = os.open(path, os.O_RDONLY)
        part = os.pread(fd, 16, len(found))
        os.close(fd)
        found += part
        if not part or len(found) >= LONGEST:
            return found.decode("latin-1")


@way
def send_by_the_kernel(path: str) -> str:
    """sendfile, copy_file_range and splice need a descriptor first."""
    fd = os.open(path, os.O_RDONLY)
    ours, theirs = socket.socketpair()
    os.sendfile(ours.fileno(), fd, 0, LONGEST)
    ours.close()
    return theirs.recv(LONGEST).decode("latin-1")


# names


@way
def through_symlink(path: str) -> str:
    link = path + ".sym"
    os.symlink(path, link)
    try:
        return opened(link)
    finally:
        os.unlink(link)


@way
def hardlink_elsewhere(path: str, folder: str) -> str:
    link = str(Path(folder) / "linked")
    os.link(path, link)
    try:
        return opened(link)
    finally:
        os.unlink(link)


@way
def rename_then_open(path: str) -> str:
    other = path + ".renamed"
    os.rename(path, other)
    try:
        return opened(other)
    finally:
        os.rename(other, path)


@way
def rename_over_a_known_file(path: str, known: str) -> str:
    """A file that was passed before is replaced by the secret one under the same name."""
    opened(known)
    os.rename(path, known)
    try:
        return opened(known)
    finally:
        os.rename(known, path)


@way
def copy_into_own_store(path: str, store: str) -> str:
    target = str(Path(store) / "copy.txt")
    shutil.copyfile(path, target)
    return opened(target)


@way
def move_into_own_store(path: str, store: str) -> str:
    """No open is needed to move it there; to read it there, one is."""
    target = str(Path(store) / "moved.txt")
    os.rename(path, target)
    try:
        return opened(target)
    finally:
        os.rename(target, path)


@way
def execute_it(path: str) -> str:
    """A script's first line names what reads it."""
    return subprocess.run([path], capture_output=True, text=True, check=True).stdout[:LONGEST]


# descriptors


@way
def reopen_from_o_path(path: str) -> str:
    fd = os.open(path, O_PATH)
    try:
        return opened(f"/proc/self/fd/{fd}")
    finally:
        os.close(fd)


@way
def read_from_o_path(path: str) -> str:
    fd = os.open(path, O_PATH)
    try:
        return os.read(fd, LONGEST).decode("latin-1")
    finally:
        os.close(fd)


@way
def by_file_handle(path: str, mount: str) -> str:
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0) + bytes(128))
    where = ctypes.c_int()
    checked(LIBC.name_to_handle_at(AT_FDCWD, os.fsencode(path), handle, ctypes.byref(where), 0))
    folder = os.open(mount, os.O_RDONLY | os.O_DIRECTORY)
    fd = checked(LIBC.open_by_handle_at(folder, handle, os.O_RDONLY))
    return text(fd)


@way
def inherited_from_the_start() -> str:
    """What was open when WeChat was started."""
    own = {os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if int(name) < 3}
    for name in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if path not in own and path.startswith("/") and not path.startswith("/proc"):
            return path
    raise OSError(1, "nothing but standard input, output and error is open")


@way
def passed_by_another_program(address: str) -> str:
    """A program outside opens it, and sends the open descriptor over a socket."""
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(address)
        _, rights, _, _ = end.recvmsg(1, socket.CMSG_SPACE(4))
        (fd,) = array.array("i", rights[0][2])
        return text(fd)


@way
def taken_from_another_program(pid: int, fd: int) -> str:
    """pidfd_getfd: the open descriptor of a program outside."""
    other = call(PIDFD_OPEN, pid, 0)
    return text(call(PIDFD_GETFD, other, fd, 0))


# children


@way
def in_a_forked_child(path: str) -> str:
    return in_child(lambda: opened(path))


@way
def by_an_executed_program(path: str) -> str:
    done = subprocess.run(["/bin/cat", path], capture_output=True, check=False)
    if done.returncode:
        raise OSError(1, done.stderr.decode())
    return done.stdout[:LONGEST].decode("latin-1")


@way
def by_a_child_left_alone(path: str, report: str) -> str:
    """A child whose parent ended first belongs to nobody's tree."""

    def daemon() -> str:
        if os.fork() == 0:
            os.setsid()
            while os.getppid() != 1 and Path(f"/proc/{os.getppid()}").exists() and os.getppid() == parent:
                pass
            try:
                told = opened(path)
            except OSError as error:
                told = f"-{error.errno}"
            Path(report + ".part").write_text(told, "latin-1")
            os.rename(report + ".part", report)
            os._exit(0)
        return ""

    parent = 0

    def start() -> str:
        nonlocal parent
        parent = os.getpid()
        return daemon()

    in_child(start)
    while not Path(report).exists():
        pass
    told = opened(report)
    if told.startswith("-"):
        raise OSError(int(told[1:]), "in the child")
    return told


# namespaces and mounts


@way
def in_a_nested_user_namespace(path: str) -> str:
    """Chromium's own sandbox makes one; it must be let, and the question comes as before."""

    def do() -> str:
        checked(LIBC.unshare(NEW_USER))
        return opened(path)

    return in_child(do)


@way
def in_a_nested_mount_namespace(path: str) -> str:
    def do() -> str:
        checked(LIBC.unshare(NEW_USER | NEW_MOUNTS))
        return opened(path)

    return in_child(do)


@way
def in_a_mount_namespace_by_clone(path: str) -> str:
    """The raw call, with the flags that a filter can see."""

    def do() -> str:
        pid = (
            call(56, NEW_USER | NEW_MOUNTS | 17, 0, 0, 0, 0)
            if os.uname().machine == "x86_64"
            else call(220, NEW_USER | NEW_MOUNTS | 17, 0, 0, 0, 0)
        )
        if pid == 0:
            try:
                told = opened(path)
            except OSError:
                os._exit(1)
            os.write(2, told.encode("latin-1"))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if status:
            raise OSError(1, "in the clone")
        return opened(path)

    return in_child(do)


@way
def in_a_mount_namespace_by_clone3(path: str) -> str:
    """The raw call, with flags in memory that no filter can see."""

    def do() -> str:
        arguments = struct.pack("=11Q", NEW_USER | NEW_MOUNTS, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
        pid = call(CLONE3, arguments, len(arguments))
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        return "a namespace was made"

    return in_child(do)


@way
def through_a_bind_mount(path: str, folder: str) -> str:
    checked(LIBC.mount(os.fsencode(os.path.dirname(path)), os.fsencode(folder), None, 0x1000, None))
    return opened(str(Path(folder) / os.path.basename(path)))


@way
def through_a_cloned_tree(path: str) -> str:
    tree = call(OPEN_TREE, AT_FDCWD, os.fsencode(os.path.dirname(path)), 1)
    fd = os.open(os.path.basename(path), os.O_RDONLY, dir_fd=tree)
    return text(fd)


@way
def through_an_overlay(path: str, folder: str) -> str:
    options = f"lowerdir={os.path.dirname(path)}:{folder}"
    checked(LIBC.mount(b"none", os.fsencode(folder), b"overlay", 0, options.encode()))
    return opened(str(Path(folder) / os.path.basename(path)))


@way
def by_a_new_file_system() -> str:
    call(FSOPEN, b"tmpfs", 0)
    return "a file system was made"


@way
def by_unmounting(point: str) -> str:
    checked(LIBC.umount2(os.fsencode(point), 2))
    return "unmounted"


@way
def in_the_hosts_namespace(path: str, pid: int) -> str:
    def do() -> str:
        namespace = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
        checked(LIBC.setns(namespace, NEW_MOUNTS))
        return opened(path)

    return in_child(do)


# other programs' views


@way
def through_the_root_of_another_program(path: str, pid: int) -> str:
    return opened(f"/proc/{pid}/root{path}")


@way
def through_the_folder_of_another_program(path: str, pid: int) -> str:
    return opened(f"/proc/{pid}/cwd/{os.path.basename(path)}")


@way
def through_the_descriptor_of_another_program(pid: int, fd: int) -> str:
    return opened(f"/proc/{pid}/fd/{fd}")


@way
def from_the_memory_of_another_program(pid: int) -> str:
    return opened(f"/proc/{pid}/mem")


# time: what changes after it was judged


@way
def hold(path: str) -> int:
    """Open and keep it open; gives the descriptor."""
    return os.open(path, os.O_RDONLY)


@way
def read_held(fd: int) -> str:
    return text(fd)


@way
def make(path: str, content: str) -> str:
    """Create a file, as a download does."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(fd, content.encode())
    os.close(fd)
    return ""


@way
def begin(path: str, content: str) -> int:
    """Create a file and go on writing; gives the descriptor."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(fd, content.encode())
    return fd


@way
def finish(fd: int) -> str:
    os.close(fd)
    return ""


@way
def rename(path: str, other: str) -> str:
    os.rename(path, other)
    return ""


@way
def make_read_only(path: str) -> str:
    os.chmod(path, 0o444)
    return ""


@way
def browse(folder: str) -> dict[str, str]:
    """Open everything in a folder, as a file chooser with previews does; what came of each."""
    found = {}
    for name in sorted(os.listdir(folder)):
        try:
            opened(str(Path(folder) / name))
            found[name] = "opened"
        except OSError as error:
            found[name] = os.strerror(error.errno or 0)
    return found


@way
def many(paths: list[str], times: int) -> dict[str, int]:
    """As fast as it goes; how many opens of each outcome."""
    counts: dict[str, int] = {}
    for _ in range(times):
        for path in paths:
            try:
                os.close(os.open(path, os.O_RDONLY))
                said = "opened"
            except OSError as error:
                said = str(error.errno)
            counts[said] = counts.get(said, 0) + 1
    return counts


@way
def all_at_once(paths: list[str]) -> dict[str, int]:
    """One child for each file, all of them waiting together."""
    ready, go = os.pipe()
    pids = []
    for path in paths:
        pid = os.fork()
        if pid == 0:
            os.close(go)
            os.read(ready, 1)
            try:
                os.close(os.open(path, os.O_RDONLY))
            except OSError as error:
                os._exit(error.errno or 255)
            os._exit(0)
        pids.append(pid)
    os.close(ready)
    os.close(go)
    counts: dict[str, int] = {}
    for pid in pids:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said = str(status) if status else "opened"
        counts[said] = counts.get(said, 0) + 1
    return counts


@way
def nested_and_again_and_again(path: str, report: str) -> str:
    """In a nested namespace, until it is refused there."""

    def do() -> str:
        checked(LIBC.unshare(NEW_MOUNTS))
        while True:
            try:
                opened(path)
            except OSError:
                Path(report).write_text("refused")
                return "refused"

    return in_child(do)
