"""Tells systemd how the agent is (sd_notify(3)); without systemd nothing is told."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notifier:
    """One connection to the service manager."""

    address: str
    """``$NOTIFY_SOCKET``; empty: nobody listens."""
    watchdog: float = 0.0
    """Seconds within which systemd wants a sign of life; 0: it does not."""

    @classmethod
    def of(cls, environment: dict[str, str]) -> Notifier:
        """From what systemd put into the environment (``dlp.config.service_environment``)."""
        wanted = environment.get("WATCHDOG_USEC", "0")
        return cls(environment.get("NOTIFY_SOCKET", ""), int(wanted) / 1e6 if wanted.isdigit() else 0.0)

    @property
    def pause(self) -> float | None:
        """How often to give a sign of life; None: never. Half of what is wanted, as sd_watchdog_enabled(3) advises."""
        return self.watchdog / 2 if self.watchdog else None

    def ready(self) -> None:
        """The agent works."""
        self._tell("READY=1")

    def alive(self) -> None:
        """A sign of life."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The agent ends in order."""
        self._tell("STOPPING=1")

    def _tell(self, line: str) -> None:
        if not self.address:
            return
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        # systemd restarts us when it hears nothing; more cannot be done where its socket is gone.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(line.encode("ascii"), name)
