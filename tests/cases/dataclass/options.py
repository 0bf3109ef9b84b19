from dataclasses import dataclass, field, FrozenInstanceError
from typing import ClassVar

@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0

v = Version(1, 2)
print(v < Version(1, 3), sorted([Version(2), Version(1, 5), v]), max(v, Version(0, 9)), {v: "x"}[Version(1, 2)])
try:
    v.major = 5
except FrozenInstanceError as error:
    print(type(error).__name__, error)
try:
    v < 5
except TypeError as error:
    print(error)

@dataclass
class Account:
    owner: str
    balance: float = 0
    history: list = field(default_factory=list, repr=False)
    kind: ClassVar[str] = "basic"
    code: str = field(init=False, default="")

    def __post_init__(self):
        if self.balance < 0:
            raise ValueError("negative opening")
        self.balance += 10
        self.code = self.owner[:2].upper()

print(Account("ann"), Account("bob", 5).balance, Account.kind)
try:
    Account("x", -1)
except ValueError as error:
    print(error)

@dataclass(kw_only=True)
class Options:
    depth: int
    name: str = "n"

print(Options(depth=3))
try:
    Options(3)
except TypeError as error:
    print(error)

@dataclass(eq=False)
class Node:
    value: int
    next: "Node | None" = None

n = Node(1, Node(2))
print(n == Node(1), n)
match v:
    case Version(1, minor):
        print("matched", minor)
try:
    @dataclass
    class Bad:
        x: list = []
except ValueError as error:
    print(error)
