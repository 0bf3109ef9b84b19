"""The demo's program, saved at each suspension and loaded in a new process, ends with the same output."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kont

PAY = Path(__file__).resolve().parents[2] / "examples" / "pay"
FIELDS = {
    "1.txt": ("Brightwater Cleaning", "NL91ABNA0417164300", 42.5, "2026-11-30"),
    "2.csv": ("Copperleaf Café", "FR1420041010050500013M02606", 40.9, "2026-12-05"),
    "4.json": ("acme Tools", "UK12MIDL40051512345678", 98.7, "2026-11-28"),
    "5.xml": ("Weserwerk Heizung GmbH", "DE89370400440532013000", 410.0, "2026-11-30"),
    "6.txt": ("Evergreen Plants", "BE68539007547034", 29.0, "2026-12-01"),
}


@kont.tool
def read_file(path):
    raise AssertionError("the answers are scripted")


@kont.tool
async def parse_invoice(path):
    raise AssertionError("the answers are scripted")


@kont.tool
def send_money(iban, amount, reference):
    raise AssertionError("the answers are scripted")


TOOLS = [read_file, parse_invoice, send_money]


def settle(box, request):
    """Answer one request as the demo's tools do: invoice 3 kills its worker, the first payment is denied."""
    if request.name == "read_file":
        box.answer(request.id, (PAY / request.args[0]).read_text(encoding="utf-8"))
    elif request.name == "parse_invoice":
        name = request.args[0].split("/")[1]
        if name not in FIELDS:
            box.throw(request.id, kont.WorkerKilled("killed after 2.0 s, 2 processes, 0 left"))
            return
        supplier, iban, amount, due = FIELDS[name]
        box.answer(request.id, {"number": name, "supplier": supplier, "iban": iban, "amount": amount, "due": due})
    elif request.name == "send_money":
        if request.args[1] == 98.7:
            box.throw(request.id, PermissionError("denied"))
        else:
            box.answer(request.id, f"R{request.id:04}")
    elif request.name == "Now":
        box.answer(request.id, 1795262400.0)
    else:
        box.answer(request.id, None)


def drive(box):
    """Run to the end; gives the value of the program's last expression."""
    while True:
        turn = box.advance()
        if not box.pending:
            return turn.value
        settle(box, box.pending[-1])  # the last first: any order is good


def child():
    """In the new process: load the snapshot from stdin, go on, and tell what was printed and what came out."""
    box = kont.Sandbox.load(base64.b64decode(sys.stdin.read()), tools=TOOLS, capture=True)
    print(json.dumps([drive(box), box.stdout]))


def suspensions():
    """At each suspension: the bytes, and the output until then. Then the value and all of the output."""
    box = kont.Sandbox((PAY / "pay.py").read_text(encoding="utf-8"), tools=TOOLS, capture=True)
    saved = []
    while True:
        turn = box.advance()
        if not box.pending:
            return saved, turn.value, box.stdout
        saved.append((box.dump(), box.stdout))
        settle(box, box.pending[-1])


def test_each_suspension_ends_the_same_in_a_new_process():
    saved, value, output = suspensions()
    assert len(saved) == 14, "the demo makes 14 requests"
    assert "Weserwerk Heizung GmbH: 410.00 paid" in output
    for data, printed in saved:
        done = subprocess.run(
            [sys.executable, __file__], input=base64.b64encode(data), capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        got, rest = json.loads(done.stdout)
        assert (got, printed + rest) == (value, output)


def test_flipped_bytes_are_refused():
    data = suspensions()[0][5][0]
    for at in range(0, len(data), max(1, len(data) // 150)):
        damaged = bytearray(data)
        damaged[at] ^= 0x04
        with pytest.raises(kont.KontError):
            kont.Sandbox.load(bytes(damaged), tools=TOOLS)
    with pytest.raises(kont.KontError, match="not a snapshot"):
        kont.Sandbox.load(b"hello", tools=TOOLS)


if __name__ == "__main__":
    child()
