"""Pay the invoices in the folder `invoices/`, one payment each, and report what happened."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date


class InvoiceError(Exception):
    """An invoice that cannot be paid."""


@dataclass(frozen=True)
class Invoice:
    path: str
    number: str
    supplier: str
    iban: str
    amount: float
    due: date


NAMES = ["1.txt", "2.csv", "3.txt", "4.json", "5.xml", "6.txt"]


async def parse(path):
    try:
        return await parse_invoice(path)
    except WorkerKilled as error:
        print(f"could not read {path}: {error}")
        return None


def invoices(parsed, today):
    """Yield an Invoice for each dict of fields that makes sense."""
    for path, fields in parsed:
        if fields is None:
            continue
        try:
            iban = fields["iban"].replace(" ", "")
            if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", iban):
                raise InvoiceError(f"{path}: {iban!r} is not an IBAN")
            due = date.fromisoformat(fields["due"])
            if due < today:
                print(f"note: {path} was due on {due:%d %B %Y}")
            yield Invoice(path, fields["number"], fields["supplier"], iban, round(fields["amount"], 2), due)
        except KeyError as error:
            raise InvoiceError(f"{path} has no field {error}") from error


async def pay(invoice):
    try:
        receipt = send_money(invoice.iban, invoice.amount, invoice.number)
    except PermissionError as error:
        print(f"{invoice.supplier}: not paid ({error})")
        await asyncio.sleep(0.05)  # leave room for a colleague to look
        return 0.0
    print(f"{invoice.supplier}: {invoice.amount:.2f} paid, receipt {receipt}")
    return invoice.amount


async def main():
    cover = read_file("invoices/1.txt")
    sender = re.search(r"^From: (?P<name>.+?) <", cover, re.MULTILINE)
    print(f"batch of {len(NAMES)} invoices from {sender['name']}")
    today = date.today()

    paths = [f"invoices/{name}" for name in NAMES]
    parsed = await asyncio.gather(*(parse(path) for path in paths))
    found = {invoice.supplier: invoice for invoice in invoices(zip(paths, parsed), today)}

    total = 0.0
    for supplier in sorted(found, key=str.lower):
        total += await pay(found[supplier])
    print(f"{total:.2f} paid to suppliers")
    return round(total, 2)


asyncio.run(main())
