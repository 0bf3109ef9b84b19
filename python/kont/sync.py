"""What tasks share: locks, semaphores, events and channels. Whoever has waited longest is served first."""

from __future__ import annotations

from kont import _kont
from kont._typing import Any, Generic, TypeVar
from kont.effects import Effect
from kont.errors import ChannelClosed, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Channel", "Event", "Lock", "Semaphore"]

T = TypeVar("T")


class Acquire(Effect[None], _kont.Asked):
    """Takes a lock, or a permit of a semaphore; waits until there is one."""

    lock: Any
    _kind = "acquire"


class Release(Effect[None], _kont.Asked):
    """Gives a lock or a permit back: whoever has waited longest has it then."""

    lock: Any
    _kind = "release"


class Set(Effect[None], _kont.Asked):
    """Sets an event: all who wait for it go on."""

    event: Any
    _kind = "set"


class Clear(Effect[None], _kont.Asked):
    """Clears an event: who waits for it from now on, waits."""

    event: Any
    _kind = "clear"


class WaitEvent(Effect[None], _kont.Asked):
    """Waits until an event is set."""

    task: Any
    _kind = "wait"


class Send(Effect[None], _kont.Asked):
    """Puts a message in a channel; waits while it is full."""

    channel: Any
    value: Any
    _kind = "send"


class Receive(Effect[Any], _kont.Asked):
    """Takes the oldest message out of a channel; waits while there is none."""

    channel: Any
    _kind = "receive"


class Close(Effect[None], _kont.Asked):
    """Closes a channel."""

    channel: Any
    _kind = "close"


class _Held(_kont.Shared):
    """What is taken and given back."""

    def acquire(self) -> Acquire:
        """The effect that takes it, and waits until it can."""
        return Acquire(self)

    def release(self) -> Release:
        """The effect that gives it back."""
        return Release(self)

    async def __aenter__(self) -> None:
        await Acquire(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await Release(self)


class Lock(_Held):
    """One task at a time: `async with lock:`, or the effects `lock.acquire()` and `lock.release()`.

    Only the task that has it gives it back, and it is taken once.

    >>> import kont
    >>> lock, log = kont.Lock(), []
    >>> async def careful(name):
    ...     async with lock:
    ...         log.append(f"{name} in")
    ...         await kont.Yield()
    ...         log.append(f"{name} out")
    >>> async def program():
    ...     await kont.Gather(await kont.Spawn(careful("a")), await kont.Spawn(careful("b")))
    >>> kont.run(program()); log
    ['a in', 'a out', 'b in', 'b out']
    """

    _kind = "lock"

    def __init__(self) -> None:
        pass


class Semaphore(_Held):
    """At most `permits` tasks at a time: `async with semaphore:`, or the effects of `acquire()` and `release()`.

    >>> import kont
    >>> kont.Semaphore(0)
    Traceback (most recent call last):
    kont.errors.UsageError: a semaphore has at least one permit, not 0
    """

    _kind = "semaphore"

    def __init__(self, permits: int) -> None:
        if not isinstance(permits, int) or permits < 1:
            raise UsageError(f"a semaphore has at least one permit, not {permits!r}")
        self.permits = permits


class Event(_kont.Shared):
    """Something that has happened or not: `await event.wait()`, `await event.set()`, `await event.clear()`.

    >>> import kont
    >>> done = kont.Event()
    >>> async def setter():
    ...     await done.set()
    >>> async def program():
    ...     await kont.Spawn(setter())
    ...     await done.wait()
    ...     return "it was set"
    >>> kont.run(program())
    'it was set'
    """

    _kind = "event"

    def __init__(self) -> None:
        pass

    def wait(self) -> WaitEvent:
        """The effect that waits until it is set."""
        return WaitEvent(self)

    def set(self) -> Set:
        """The effect that sets it."""
        return Set(self)

    def clear(self) -> Clear:
        """The effect that clears it."""
        return Clear(self)


class Channel(_kont.Shared, Generic[T]):
    """Messages from tasks to tasks, at most `capacity` of them under way; of 0, a sender waits for its receiver.

    `async for message in channel` ends when the channel is closed and empty; `receive()` raises `ChannelClosed` then,
    and `send()` as soon as it is closed.

    >>> import kont
    >>> channel = kont.Channel(2)
    >>> async def producer():
    ...     for i in range(3):
    ...         await channel.send(i)
    ...     await channel.close()
    >>> async def program():
    ...     await kont.Spawn(producer())
    ...     return [i async for i in channel]
    >>> kont.run(program())
    [0, 1, 2]
    """

    _kind = "channel"

    def __init__(self, capacity: int = 0) -> None:
        if not isinstance(capacity, int) or capacity < 0:
            raise UsageError(f"a channel has room for 0 messages or more, not for {capacity!r}")
        self.capacity = capacity

    def send(self, value: T) -> Send:
        """The effect that puts a message in, and waits while there is no room."""
        return Send(self, value)

    def receive(self) -> Receive:
        """The effect that takes the oldest message out, and waits while there is none."""
        return Receive(self)

    def close(self) -> Close:
        """The effect that closes it: what is in it can still be received."""
        return Close(self)

    def __aiter__(self) -> Channel[T]:
        return self

    async def __anext__(self) -> T:
        try:
            message: T = await Receive(self)
        except ChannelClosed:
            raise StopAsyncIteration from None
        return message
