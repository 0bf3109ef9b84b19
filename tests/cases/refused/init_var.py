from dataclasses import InitVar, dataclass


@dataclass
class A:
    start: InitVar[int]


print(A(1))
