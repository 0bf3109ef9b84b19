from __future__ import annotations
from typing import List, Dict, Optional, Union, Any, Callable, Tuple, TypeVar, Generic, Iterable, Protocol, Literal, TYPE_CHECKING

T = TypeVar("T")
Number = Union[int, float]
Handler = Callable[[str], None]

def first(items: List[T], default: Optional[T] = None) -> Optional[T]:
    return items[0] if items else default

def total(prices: Dict[str, Number], *extra: Number) -> Number:
    result: Number = sum(prices.values())
    more: list[int]
    return result + sum(extra)

class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> Stack[T]:
        self.items.append(item)
        return self

    def pop(self) -> T | None:
        return self.items.pop() if self.items else None

class Named(Protocol):
    name: str

mode: Literal["a", "b"] = "a"
pair: Tuple[int, str] = (1, "x")
x: int
print(first([1, 2]), first([], "d"), total({"a": 1.5}, 2), Stack().push(1).push(2).pop(), mode, pair, TYPE_CHECKING)
try:
    x
except NameError as error:
    print(error)

def apply(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return f(*args, **kwargs)

print(apply(max, 1, 2), apply(dict, a=1), isinstance([1], list), isinstance(5, int | str))
