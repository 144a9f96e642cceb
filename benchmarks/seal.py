"""How fast files are sealed and opened, beside the tools an engineer would pick, in one run and taking turns.

Ratios travel between machines, megabytes per second do not. ``age`` and ``pyrage`` write the same format; ``gpg`` and
``openssl enc`` write others, and ``openssl enc`` finds no alteration at all. A peer that is not installed is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from keys import age, files
from keys.stream import CHUNK

MEMORY = 1024
FILE = 512
"""MiB."""
ROUNDS = 4
STARTS = 9
PHRASE = "only for this benchmark"


class Repeated:
    """A source without end that costs nothing, cut at a size."""

    def __init__(self, mebibytes: int) -> None:
        self._left = mebibytes << 20
        self._piece = os.urandom(1 << 20)

    def read(self, size: int = -1, /) -> bytes:
        part = self._piece[: min(size, self._left)]
        self._left -= len(part)
        return part


class Nowhere:
    def write(self, content: bytes | memoryview, /) -> int:
        return len(content)


def run() -> list[str]:
    """One line for each figure."""
    return [*_in_memory(), *_on_files(), _resident(), _start()]


def _in_memory() -> Iterator[str]:
    """Beside the bare cipher of `cryptography` on chunks of the same size: what the format and Python cost."""
    import io

    identity = age.generate()
    to = [str(identity.recipient)]
    cipher, chunk = ChaCha20Poly1305(os.urandom(32)), os.urandom(CHUNK)
    sealed = io.BytesIO()
    age.seal(Repeated(MEMORY), sealed, to)
    content = sealed.getvalue()

    def bare() -> None:
        for number in range(MEMORY * (1 << 20) // CHUNK):
            cipher.encrypt(number.to_bytes(12, "big"), chunk, None)

    best = _best(
        {
            "bare": bare,
            "seal": lambda: age.seal(Repeated(MEMORY), Nowhere(), to),
            "open": lambda: age.open_sealed(io.BytesIO(content), Nowhere(), [identity]),
        },
        3,
    )
    for word in ("seal", "open"):
        yield f"{word} in memory      {_speed(MEMORY, best[word])}  {best['bare'] / best[word]:5.2f} x the bare cipher"


def _on_files() -> Iterator[str]:
    fast = Path("/dev/shm")  # a file system in memory, where no disk hides the difference
    with tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None) as name:
        folder = Path(name)
        with (folder / "plain").open("wb") as file:
            for _ in range(FILE):
                file.write(os.urandom(1 << 20))
        seal, unseal = _steps(folder)
        for word, steps in (("seal", seal), ("open", unseal)):
            best = _best(steps, ROUNDS)
            for one, took in best.items():
                yield f"{word} {one:<20} {_speed(FILE, took)}{_ratios(one, best)}"
        if shutil.which("gpgconf"):
            subprocess.run(["gpgconf", "--homedir", str(folder / "gnupg"), "--kill", "all"], check=False)


def _ratios(one: str, best: dict[str, float]) -> str:
    """How many times as fast one of ours is as each peer that writes to the same place."""
    if not one.startswith("ours"):
        return ""
    peers = [peer for peer in best if not peer.startswith("ours") and peer.split()[-1] == one.split()[-1]]
    return "".join(f"  {best[peer] / best[one]:5.2f} x {peer.split()[0]}" for peer in peers)


def _steps(folder: Path) -> tuple[dict[str, Callable[[], object]], dict[str, Callable[[], object]]]:
    identity = age.generate()
    to, theirs = str(identity.recipient), pyrage.x25519.Identity.from_str(str(identity))
    (folder / "identity").write_text(f"{identity}\n")
    plain, sealed, out = folder / "plain", folder / "ours.age", folder / "out"

    def ours_seal(target: Path) -> None:
        with plain.open("rb") as source, target.open("wb") as file:
            age.seal(source, file, [to])

    def ours_open(target: Path) -> None:
        with sealed.open("rb") as source, target.open("wb") as file:
            age.open_sealed(source, file, [identity])

    null = Path(os.devnull)
    ours_seal(sealed)
    seal: dict[str, Callable[[], object]] = {
        "ours to null": lambda: ours_seal(null),
        "ours to file": lambda: ours_seal(sealed),
        "ours+digests to file": lambda: files.seal_file(plain, sealed, [to]),
        "pyrage to file": lambda: pyrage.encrypt_file(str(plain), str(out), [theirs.to_public()]),
    }
    unseal: dict[str, Callable[[], object]] = {
        "ours to null": lambda: ours_open(null),
        "ours to file": lambda: ours_open(out),
        "ours+digests to file": lambda: files.open_file(sealed, out, [identity]),
        "pyrage to file": lambda: pyrage.decrypt_file(str(sealed), str(out), [theirs]),
    }
    _programs(folder, to, seal, unseal)
    return seal, unseal


def _programs(
    folder: Path, to: str, seal: dict[str, Callable[[], object]], unseal: dict[str, Callable[[], object]]
) -> None:
    plain, out = folder / "plain", folder / "program out"
    commands = {
        "age": (
            ["age", "-r", to, str(plain)],
            ["age", "-d", "-i", str(folder / "identity"), str(folder / "ours.age")],
        ),
        "gpg": (
            [*_gpg(folder), "--compress-algo", "none", "--cipher-algo", "AES256", "-c", "-o", "-", str(plain)],
            [*_gpg(folder), "-d", "-o", "-", str(folder / "gpg sealed")],
        ),
        "openssl": (
            ["openssl", "enc", "-chacha20", "-pbkdf2", "-pass", f"pass:{PHRASE}", "-in", str(plain)],
            [
                "openssl",
                "enc",
                "-d",
                "-chacha20",
                "-pbkdf2",
                "-pass",
                f"pass:{PHRASE}",
                "-in",
                str(folder / "openssl sealed"),
            ],
        ),
    }
    for word, (sealing, opening) in commands.items():
        if not shutil.which(word):
            continue
        _to(sealing, folder / f"{word} sealed")
        places = {"null": Path(os.devnull), "file": out} if word == "age" else {"file": out}
        for place, target in places.items():
            seal[f"{word} to {place}"] = lambda words=sealing, target=target: _to(words, target)
            unseal[f"{word} to {place}"] = lambda words=opening, target=target: _to(words, target)


def _gpg(folder: Path) -> list[str]:
    (folder / "gnupg").mkdir(mode=0o700, exist_ok=True)
    words = ["gpg", "--homedir", str(folder / "gnupg"), "--batch", "--quiet", "--yes"]
    return [*words, "--pinentry-mode", "loopback", "--passphrase", PHRASE]


def _to(words: list[str], target: Path) -> None:
    with target.open("wb") as file:
        subprocess.run(words, stdout=file, stderr=subprocess.DEVNULL, check=True)


def _resident() -> str:
    if sys.platform != "linux":
        return "most memory: measured on Linux only"
    # A program of its own: this one has loaded a peer and holds its files.
    code = f"""
from keys import age
class Source:
    left, piece = {MEMORY} << 20, bytes(1 << 20)
    def read(self, size=-1):
        part = self.piece[: min(size, self.left)]
        self.left -= len(part)
        return part
class Nowhere:
    def write(self, content):
        return len(content)
age.seal(Source(), Nowhere(), [str(age.generate().recipient)])
# Not getrusage: its figure is inherited from the program that started this one.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return f"most memory while sealing {MEMORY} MiB: {int(told) / 1024:.0f} MiB, the interpreter included"


def _start() -> str:
    """From the shell to the office that does not answer: everything is loaded by then, and nothing was waited for."""
    with tempfile.TemporaryDirectory() as name:
        sealed = Path(name) / "a.age"
        with sealed.open("wb") as file:
            age.seal(Repeated(0), file, [str(age.generate().recipient)])
        words = ["decrypt", str(sealed), "--account", "x", "--password-stdin", "--office", "https://127.0.0.1:1"]
        took = []
        for _ in range(STARTS):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, "-P", "-m", "dlp.cli.main", *words], input=b"x\n", capture_output=True, check=False
            )
            took.append(time.perf_counter() - begun)
    return f"start of dlp decrypt: {sorted(took)[STARTS // 2] * 1000:.0f} ms (median of {STARTS})"


def _best(steps: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The shortest time of each step; they take turns, so that a busy moment does not fall on one alone."""
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(rounds):
        for word, step in steps.items():
            begun = time.perf_counter()
            step()
            best[word] = min(best[word], time.perf_counter() - begun)
    return best


def _speed(mebibytes: int, seconds: float) -> str:
    return f"{mebibytes * 1.048576 / seconds:6.0f} MB/s"


if __name__ == "__main__":
    print("\n".join(run()))
