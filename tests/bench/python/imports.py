"""How long a package takes to import, in an interpreter that has imported nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from meter import Meter

TIMED = "import time; start = time.process_time_ns(); import {}; print(time.process_time_ns() - start)"


def _import(name: str) -> Callable[[int, Meter], int]:
    def measured(size: int, meter: Meter) -> int:
        done = subprocess.run([sys.executable, "-c", TIMED.format(name)], capture_output=True, text=True, check=True)
        meter.ns = int(done.stdout)
        return size

    return measured


IMPORT_KONT, IMPORT_ASYNCIO = _import("kont"), _import("asyncio")
IMPORT_DOEFF, IMPORT_STATELESS = _import("doeff"), _import("stateless")
