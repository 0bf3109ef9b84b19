"""The tools of the payment program: files, invoices of four formats, and a bank with a ledger.

The ledger is an SQLite file (`PAY_LEDGER`, by default `ledger.db` in the working folder), so that what was
paid outlives every crash of the program that paid it.
"""

import csv
import email
import email.policy
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import kont

FOLDER = Path(__file__).parent
DEADLINE_S = float(os.environ.get("PAY_DEADLINE_S", "2.0"))
# A bank that answers late: money has moved, the receipt is still on its way. The demo sets it for one payment.
STALL_S = float(os.environ.get("PAY_STALL_S", "0"))


@kont.tool(retry_in_doubt=True)
def read_file(path: str) -> str:
    """The text of a file below the program's folder."""
    target = (FOLDER / path).resolve()
    if not target.is_relative_to(FOLDER.resolve()):
        raise PermissionError(f"{path} is outside of the program's folder")
    return target.read_text(encoding="utf-8")


# --- invoices ---------------------------------------------------------------------------------------------------


@kont.tool(where=kont.Process(), deadline_s=DEADLINE_S, retry_in_doubt=True)
async def parse_invoice(path: str) -> dict:
    """The fields of an invoice: number, supplier, iban, amount, due. E-mail, CSV, JSON or UBL XML."""
    text = (FOLDER / path).read_text(encoding="utf-8")
    if text.lstrip().startswith("<"):
        return from_ubl(text)
    if path.endswith(".json"):
        return from_json(text)
    if path.endswith(".csv"):
        return from_csv(text)
    return from_email(text)


def from_json(text: str) -> dict:
    data = json.loads(text)
    return {
        "number": data["invoiceNumber"],
        "supplier": data["seller"]["name"],
        "iban": data["payment"]["iban"],
        "amount": float(data["totals"]["payable"]),
        "due": data["payment"]["dueDate"],
    }


def from_csv(text: str) -> dict:
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    first = lines[0]
    return {
        "number": first["Invoice"],
        "supplier": first["Supplier"],
        "iban": first["IBAN"],
        "amount": round(sum(int(line["Quantity"]) * float(line["Unit price"].replace(",", ".")) for line in lines), 2),
        "due": first["Due"],
    }


UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def from_ubl(text: str) -> dict:
    root = ET.fromstring(text)

    def find(path: str) -> str:
        found = root.findtext(path, namespaces=UBL)
        if found is None:
            raise ValueError(f"no {path} in the invoice")
        return found.strip()

    return {
        "number": find("cbc:ID"),
        "supplier": find("cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name"),
        "iban": find("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"),
        "amount": float(find("cac:LegalMonetaryTotal/cbc:PayableAmount")),
        "due": find("cbc:DueDate"),
    }


def from_email(text: str) -> dict:
    message = email.message_from_string(text, policy=email.policy.default)
    if message["X-Scan"]:
        return from_scan(message.get_content())
    body = message.get_content()

    def field(pattern: str) -> str:
        found = re.search(pattern, body, re.MULTILINE | re.IGNORECASE)
        if found is None:
            raise ValueError(f"no {pattern} in the e-mail")
        return found.group(1).strip()

    return {
        "number": field(r"^invoice(?: no\.?)?:\s*(\S+)"),
        "supplier": message["From"].addresses[0].display_name,
        "iban": field(r"^iban:\s*([A-Z0-9 ]+)$"),
        "amount": float(field(r"^(?:total|amount due):\s*(?:EUR|GBP)?\s*([\d.]+)")),
        "due": field(r"^due(?: date)?:\s*(\d{4}-\d{2}-\d{2})"),
    }


def from_scan(body: str) -> dict:
    """A scanned invoice: a helper process turns pages upright while the text is searched.

    The expression below backtracks for ever, inside C code, on text such as invoice 3 has: a mistake that
    real parsers make. No exception and no signal handler of Python gets a chance; only a kill ends it.
    """
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])  # the page turner
    found = re.search(r"^(?:\s*[\w.]+\s*)+:", body)
    helper.wait()
    return {"number": found.group(0)}


# --- the bank ---------------------------------------------------------------------------------------------------


def ledger() -> sqlite3.Connection:
    db = sqlite3.connect(os.environ.get("PAY_LEDGER", "ledger.db"), timeout=30)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(
        "CREATE TABLE IF NOT EXISTS payments ("
        " receipt INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, iban TEXT NOT NULL,"
        " amount REAL NOT NULL, reference TEXT NOT NULL)"
    )
    return db


def payment_by_key(key: str) -> str | None:
    """The receipt of the payment made under a key; None if there was none."""
    with ledger() as db:
        row = db.execute("SELECT receipt FROM payments WHERE key = ?", (key,)).fetchone()
    return f"R{row[0]:04}" if row else None


@kont.tool(idempotency_key="key", query=payment_by_key)
def send_money(iban: str, amount: float, reference: str, *, key: str) -> str:
    """Pay an amount in euros to an account, and give the receipt's number."""
    if amount <= 0:
        raise ValueError(f"cannot pay {amount}")
    with ledger() as db:
        cursor = db.execute(
            "INSERT INTO payments (key, iban, amount, reference) VALUES (?, ?, ?, ?)", (key, iban, amount, reference)
        )
    if STALL_S:
        time.sleep(STALL_S)
    return f"R{cursor.lastrowid:04}"


@kont.summary
def summary(run: kont.RunReport) -> str:
    """What the ledger says of the run: computed from the ledger and from what the run was told."""
    with ledger() as db:
        paid = db.execute("SELECT reference, iban FROM payments").fetchall()
    told = [call for call in run.calls if call.tool == "send_money" and call.error is None]
    twice = len(paid) - len(set(paid))
    lost = sum(1 for call in told if (call.arguments["reference"], call.arguments["iban"]) not in paid)
    denied = sum(1 for call in run.calls if call.error == "PermissionError")
    killed = sum(1 for call in run.calls if call.error == "WorkerKilled")
    return (
        f"ledger: {len(paid)} payments, {twice} twice, {lost} lost, {denied} denied, "
        f"{killed} worker{'' if killed == 1 else 's'} killed"
    )
