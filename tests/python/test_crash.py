"""The demo under crashes: SIGKILL at every boundary of the journal, and at random moments.

After each crash the run is resumed as a person would: questions are answered, doubts are resolved by asking the tool.
At the end the ledger must have each of the four payments exactly once, and no process of the run may be left.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KONT = Path(sys.executable).parent / "kont"
SLOW = bool(os.environ.get("SLOW"))
MOMENTS = 200 if SLOW else 12
STRIDE = 1 if SLOW else 7
SEED = int(os.environ.get("KONT_SEED", "20261121"))
RUN = ["run", "pay.py", "--tools", "tools.py", "--policy", "policy.py", "--journal", "run.kj"]
PAID = {"BW-2026-1107", "2026/883", "EG-311", "RE-10024"}  # acme's AT-5521 is denied, invoice 3 is never read


class Demo:
    """The demo in a folder of its own, with a mark that every process of it inherits."""

    def __init__(self, folder, base=None):
        shutil.copytree(base or ROOT / "examples" / "pay", folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.folder = Path(folder)
        self.mark = uuid.uuid4().hex
        self.env = {
            **os.environ,
            "KONT_TEST_MARK": self.mark,
            "PAY_DEADLINE_S": "1.2",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.pathsep.join([str(KONT.parent), os.environ["PATH"]]),
        }

    def start(self, args, **env):
        return subprocess.Popen(
            [KONT, *args],
            cwd=self.folder,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def kont(self, *args, **env):
        """Run a command to its end: exit status (negative for a signal) and what it said."""
        process = self.start(args, **env)
        said, _ = process.communicate(timeout=90)
        return process.returncode, said

    def rows(self, kind):
        status, said = self.kont("show", "run.kj", "--json")
        assert status == 0, said
        return [row for row in map(json.loads, said.splitlines()) if row["type"] == kind]

    def finish(self):
        """Resume until the run is done, answering what it asks. Returns everything that was said."""
        said_all = ""
        if not (self.folder / "run.kj").exists():
            status, said = self.kont(*RUN)
            assert status in (0, 75), said
            said_all += said
        answers = []
        for _ in range(20):
            status, said = self.kont("resume", "run.kj", *answers)
            said_all += said
            if status == 0:
                return said_all
            assert status == 75, f"resume {answers}: exit {status}\n{said_all}"
            answers = self.answers(said)
            assert answers, f"waiting for nothing\n{said_all}"
        raise AssertionError(f"the run does not end\n{said_all}")

    def answers(self, said):
        answers = []
        for step in self.rows("step"):
            if step["state"] == "done" or step["result"] is not None:
                continue
            call = str(step["call"])
            if step["kind"] == "question":
                answers += ["--deny" if "AT-5521" in self.request(step["call"]) else "--approve", call]
            elif step["key"] and step["attempts"]:
                assert f"{step['call']:02} IN DOUBT" in said, f"a doubt was not reported\n{said}"
                answers += ["--query", call]
        return answers

    def request(self, call):
        return next(row["request"] for row in self.rows("call") if row["id"] == call)

    def ledger(self):
        if not (self.folder / "ledger.db").exists():
            return []
        with contextlib.closing(sqlite3.connect(self.folder / "ledger.db")) as db:
            return [row[0] for row in db.execute("SELECT reference FROM payments ORDER BY receipt")]

    def survivors(self):
        """Processes that carry the mark, after the time that the guards may take."""
        deadline = time.monotonic() + 10
        while True:
            found = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.is_marked(pid)]
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.02)

    def is_marked(self, pid):
        try:
            return self.mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False

    def verdict(self):
        said = self.finish()
        paid = self.ledger()
        assert sorted(paid) == sorted(PAID), f"paid {paid}\n{said}"
        # A crash after the end was recorded leaves nothing to resume: then the line was never printed.
        end = "ledger: 4 payments, 0 twice, 0 lost, 1 denied, 1 worker killed"
        assert end in said or "is done already" in said, said
        status, replayed = self.kont("replay", "run.kj")
        assert status == 0, replayed
        assert sorted(self.ledger()) == sorted(PAID), "a replay has paid"
        assert self.survivors() == []


@pytest.fixture(scope="module")
def phases(tmp_path_factory):
    """The folder as it is before each command of the demo, and the command."""
    folder = tmp_path_factory.mktemp("phases")
    first = Demo(folder / "run")
    second = Demo(folder / "deny", base=first.folder)
    status, said = second.kont(*RUN)
    assert status == 75, said
    third = Demo(folder / "approve", base=second.folder)
    status, said = third.kont("resume", "run.kj", "--deny", "9")
    assert status == 75, said
    return [
        (first.folder, RUN),
        (second.folder, ["resume", "run.kj", "--deny", "9"]),
        (third.folder, ["resume", "run.kj", "--approve", "14"]),
    ]


def in_parallel(jobs):
    """Run jobs two at a time and raise the first failure."""
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


@pytest.mark.parametrize("phase", [0, 1, 2], ids=["run", "deny", "approve"])
def test_crash_at_every_boundary(phases, tmp_path, phase):
    base, args = phases[phase]

    def crash(at):
        demo = Demo(tmp_path / str(at), base=base)
        status, said = demo.kont(*args, KONT_CRASH_AT=str(at))
        if status != -signal.SIGKILL:
            assert status in (0, 75), said
            return False
        assert demo.survivors() == [], f"left after a crash at boundary {at}"
        demo.verdict()
        shutil.rmtree(demo.folder)
        return True

    crashed = 0
    at = 1
    while True:
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(crash, [at, at + STRIDE]))
        crashed += sum(results)
        at += 2 * STRIDE
        if not all(results):
            break
    assert crashed >= 2, "no boundary was hit: KONT_CRASH_AT does nothing"


def test_crash_at_random_moments(phases, tmp_path):
    chance = random.Random(SEED)
    jobs = [(chance.randrange(3), chance.uniform(0.0, 1.0)) for _ in range(MOMENTS)]
    lengths = []
    for base, args in phases:
        demo = Demo(tmp_path / f"length{len(lengths)}", base=base)
        start = time.monotonic()
        demo.kont(*args)
        lengths.append(time.monotonic() - start)

    def crash(number):
        phase, part = jobs[number]
        base, args = phases[phase]
        demo = Demo(tmp_path / str(number), base=base)
        # The bank takes a moment to answer, so that moments between payment and receipt are hit too.
        process = demo.start(args, PAY_STALL_S="0.05")
        time.sleep(part * (lengths[phase] + 0.2))
        process.kill()
        process.communicate()
        assert demo.survivors() == [], f"left after the crash {number}"
        demo.verdict()
        shutil.rmtree(demo.folder)

    in_parallel([lambda n=n: crash(n) for n in range(MOMENTS)])
