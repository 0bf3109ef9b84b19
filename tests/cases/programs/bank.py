class InsufficientFunds(Exception):
    pass

class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance
        self.transactions = []

    @property
    def balance(self):
        return self._balance

    def _record(self, kind, amount):
        self.transactions.append((kind, amount, self._balance))

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self._balance += amount
        self._record("deposit", amount)

    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(f"{self.owner} has {self._balance}, needs {amount}")
        self._balance -= amount
        self._record("withdraw", amount)

class Savings(Account):
    def __init__(self, owner, balance=0, rate=0.02):
        super().__init__(owner, balance)
        self.rate = rate

    def add_interest(self):
        self.deposit(round(self.balance * self.rate, 2))

def transfer(source, target, amount):
    try:
        source.withdraw(amount)
    except InsufficientFunds as error:
        print("refused:", error)
        return False
    else:
        target.deposit(amount)
        return True
    finally:
        print(f"{source.owner} {source.balance} / {target.owner} {target.balance}")

a, b = Account("Ann", 100), Savings("Bob", 50.5)
print(transfer(a, b, 70), transfer(a, b, 70))
b.add_interest()
print(b.transactions, a.transactions)
try:
    a.balance = 5
except AttributeError:
    print("read only")
