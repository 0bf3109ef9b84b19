import re
from datetime import date

RULES = {
    "name": lambda v: isinstance(v, str) and 1 <= len(v.strip()) <= 20 or "1 to 20 letters",
    "email": lambda v: bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", str(v))) or "not an e-mail",
    "age": lambda v: (isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 150) or "not an age",
    "born": lambda v: valid_date(v) or "not a date",
}

def valid_date(v):
    try:
        date.fromisoformat(v)
        return True
    except (ValueError, TypeError):
        return False

def validate(record):
    errors = {}
    for field, rule in RULES.items():
        if field not in record:
            errors[field] = "missing"
        elif (result := rule(record[field])) is not True:
            errors[field] = result
    extra = sorted(set(record) - set(RULES))
    if extra:
        errors["_extra"] = extra
    return errors

for record in (
    {"name": "Ann", "email": "ann@example.org", "age": 30, "born": "1994-05-01"},
    {"name": "", "email": "x@y", "age": True, "born": "1994-02-30", "zip": 1},
    {"email": "a@b.de", "age": -1, "born": None},
):
    print(validate(record) or "valid")

def iban_ok(iban):
    iban = iban.replace(" ", "")
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1

print(iban_ok("DE89 3704 0044 0532 0130 00"), iban_ok("DE89 3704 0044 0532 0130 01"), iban_ok("GB82 WEST 1234 5698 7654 32"))

def luhn(number):
    digits = [int(d) for d in str(number)][::-1]
    return sum(digits[::2] + [sum(divmod(2 * d, 10)) for d in digits[1::2]]) % 10 == 0

print(luhn(4539578763621486), luhn(4539578763621487))
