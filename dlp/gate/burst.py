"""Keeps processors from going to sleep while a program opens files in a burst.

A processor that sleeps is woken for each question and again for each answer; in a virtual machine that takes longer
than the answer itself (+54 µs an open instead of +10). Linux lets a program say how long it may wait for a processor:
/dev/cpu_dma_latency (kernel documentation, power/pm_qos_interface). Said only for as long as a burst lasts, because a
processor that must not sleep uses power.
"""

from __future__ import annotations

import contextlib
import os
import struct

DEVICE = "/dev/cpu_dma_latency"
MANY = 8
"""Questions, each soon after the one before, from which it is a burst."""
SOON_SECONDS = 0.02
"""Between two questions of one burst; so long after the last, processors sleep again."""
_WAIT = struct.Struct("=i")
_AT_ONCE, _ANY = 0, 2_000_000_000
"""Microseconds that a processor may take to wake up; the second is what the kernel has where nobody says anything."""


class Burst:
    """Whether a burst is on. Where the device cannot be opened nothing is said, and all goes on a little slower."""

    def __init__(self, device: str = DEVICE) -> None:
        """Opened once and for all: later an open of our own could be a question to ourselves."""
        self._device, self._last, self._count = -1, 0.0, 0
        self.on = False
        with contextlib.suppress(OSError):
            self._device = os.open(device, os.O_WRONLY | os.O_CLOEXEC)

    def question(self, now: float) -> None:
        """One more came; ``now`` in seconds of the monotonic clock."""
        self._count = self._count + 1 if now - self._last < SOON_SECONDS else 1
        self._last = now
        if self._count == MANY:
            self._say(on=True)

    def due(self, now: float) -> float:
        """Seconds until ``quiet`` is to be asked again."""
        return max(0.0, self._last + SOON_SECONDS - now) if self.on else float("inf")

    def quiet(self, now: float) -> None:
        """Let processors sleep where the burst is over."""
        if self.on and now - self._last >= SOON_SECONDS:
            self._say(on=False)

    def _say(self, *, on: bool) -> None:
        if self._device >= 0:
            self.on = on
            with contextlib.suppress(OSError):
                os.write(self._device, _WAIT.pack(_AT_ONCE if on else _ANY))
