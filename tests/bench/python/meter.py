"""The clock and the scale: time on the processor, and memory in use."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from typing import Any


class Meter:
    """What one run of a program took."""

    def __init__(self) -> None:
        self.ns: float = 0
        self.bytes: float | None = None

    def time(self, part: Callable[[], Any]) -> Any:
        """Runs a part and counts the time of this thread: other programs on the machine do not count."""
        # The collector of cycles is of no side; where it would run depends on what was imported.
        gc.collect()
        gc.disable()
        start = time.thread_time_ns()
        result = part()
        self.ns += time.thread_time_ns() - start
        gc.enable()
        return result


def resident_bytes() -> float | None:
    """Memory of this process that is resident; None where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
