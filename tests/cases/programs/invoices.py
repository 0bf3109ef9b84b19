from dataclasses import dataclass
import json
import re

class InvoiceError(Exception):
    """Raised for an invoice that cannot be read."""

@dataclass(order=True)
class Invoice:
    due: str
    number: str
    amount: float
    payee: str = ""

def from_json(text):
    raw = json.loads(text)
    return Invoice(raw["due"], raw["no"], float(raw["total"]), raw.get("to", "?"))

def from_mail(text):
    fields = dict(re.findall(r"^(\w[\w ]*):\s*(.+)$", text, re.M))
    try:
        amount = float(fields["Amount"].replace("EUR", "").replace(",", "").strip())
        return Invoice(due=fields["Due"], number=fields["Invoice no"], amount=amount, payee=fields.get("From", "?"))
    except KeyError as missing:
        raise InvoiceError(f"no field {missing}") from missing

def parsed(documents):
    for name, text in documents.items():
        reader = from_json if name.endswith(".json") else from_mail
        try:
            yield name, reader(text), None
        except (InvoiceError, ValueError, KeyError) as error:
            yield name, None, f"{type(error).__name__}: {error}"

documents = {
    "1.txt": "From: Acme GmbH\nInvoice no: A-17\nAmount: 1,250.00 EUR\nDue: 2024-05-01\n",
    "2.json": '{"no": "B-2", "total": "98.70", "due": "2024-04-15", "to": "bob"}',
    "3.txt": "From: nobody\nDue: soon",
    "4.json": "{broken",
    "5.json": '{"no": "C", "due": "x"}',
}
good = []
for name, invoice, problem in parsed(documents):
    print(f"{name:<8}", invoice if invoice else f"!! {problem}")
    if invoice:
        good.append(invoice)
for i in sorted(good):
    print(i.due, i.number, f"{i.amount:>10,.2f}", i.payee)
print(f"total {sum(i.amount for i in good):.2f}", sorted((i.payee for i in good), key=str.lower))
