class Account:
    """A bank account."""
    bank = "First"
    opened = 0

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        Account.opened += 1

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("deposit must be positive")
        self.balance += amount
        return self

    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"

    @classmethod
    def empty(cls, owner):
        return cls(owner)

    @staticmethod
    def valid(iban):
        return len(iban) == 22

a = Account("Ann", 10)
print(a.deposit(5).deposit(7), Account.empty("Bob"), Account.opened)
print(Account.valid("x" * 22), a.valid("y"), Account.__name__, Account.__doc__)
a.bank = "Second"
print(a.bank, Account.bank, a.__dict__)
try:
    a.deposit(-1)
except ValueError as error:
    print(error)
try:
    a.nothing
except AttributeError as error:
    print(error)
del a.bank
print(a.bank, hasattr(a, "owner"), isinstance(a, Account), type(a).__name__)
setattr(a, "note", "hi")
print(getattr(a, "note"), vars(a))
delattr(a, "note")
print(vars(a))
