"""asyncio: tasks, futures and what is built of them.

The interpreter has one ready queue, first in first out. What CPython's loop calls a handle is one entry of
it: a callback is a small task of its own (`_kont_spawn`), a wake-up puts a parked task at the end
(`_kont_wake`). So programs interleave as they do on CPython. Nothing in this file drives anything.

A timer is a small task that sleeps and then calls; if it was cancelled meanwhile it does nothing.

CPython's loop runs in rounds: what is in the queue when a round begins. This shows only where a loop ends, since
the rest of the last round still runs. So each entry knows its round: the one after that of what queued it.
"""


class CancelledError(BaseException):
    """The task was cancelled."""

    __module__ = "asyncio.exceptions"


class InvalidStateError(Exception):
    """The future is not in a state for this."""

    __module__ = "asyncio.exceptions"


class QueueEmpty(Exception):
    """Nothing is in the queue."""

    __module__ = "asyncio.queues"


class QueueFull(Exception):
    """The queue has no room."""

    __module__ = "asyncio.queues"


class QueueShutDown(Exception):
    """The queue was shut down."""

    __module__ = "asyncio.queues"


class BrokenBarrierError(RuntimeError):
    """The barrier is broken."""

    __module__ = "asyncio.exceptions"


TimeoutError = TimeoutError
FIRST_COMPLETED = "FIRST_COMPLETED"
FIRST_EXCEPTION = "FIRST_EXCEPTION"
ALL_COMPLETED = "ALL_COMPLETED"

# The loop that runs now, all tasks that are not done in the order of creation, and the task of each thread of execution.
_state = {"loop": None, "names": 0, "round": 0, "last_round": None}
_tasks = {}
# Entries of the round after the last one, which wait until the loop goes on.
_held_back = []


def _enter(round):
    """What each entry does first: it is now its round, unless the loop ends before."""
    last = _state["last_round"]
    if last is not None and round > last:
        _held_back.append(_kont_current_task())
        round = _kont_park()
    _state["round"] = round


def _spawn(function):
    round = _state["round"] + 1

    def entry():
        _enter(round)
        function()

    return _kont_spawn(entry)


def _wake(thread):
    _kont_wake(thread, _state["round"] + 1)


def _park():
    _enter(_kont_park())


def _give_way():
    round = _state["round"] + 1
    _kont_yield()
    _enter(round)


def _start(function, args):
    """Calls a function at the end of the ready queue. Gives what can call it off."""
    handle = Handle()
    _spawn(lambda: handle._run(function, args))
    return handle


class Handle:
    """A callback that will be called."""

    def __init__(self):
        self._cancelled = False
        self._loop = _state["loop"]

    def _run(self, function, args):
        # What a closed loop had still to do is not done.
        if self._cancelled or (self._loop is not None and self._loop._closed):
            return
        try:
            function(*args)
        except (SystemExit, KeyboardInterrupt) as fatal:
            _end_loop(fatal)
        except BaseException as error:
            _kont_report(f"Exception in callback: {type(error).__name__}: {error}")

    def cancel(self):
        self._cancelled = True

    def cancelled(self):
        return self._cancelled


class TimerHandle(Handle):
    """A callback that will be called after a time."""

    def __init__(self, delay):
        Handle.__init__(self)
        self._delay = delay
        self._when = None

    def _wait(self, function, args):
        if self._cancelled:
            return
        _kont_sleep(self._delay)
        _enter(_state["round"] + 1)
        self._run(function, args)

    def when(self):
        return self._when


def _later(delay, function, args):
    if delay <= 0:
        return _start(function, args)
    handle = TimerHandle(float(delay))
    _spawn(lambda: handle._wait(function, args))
    return handle


def _end_loop(error):
    """A SystemExit or KeyboardInterrupt in some task ends the loop, not only the task."""
    loop = _state["loop"]
    if loop is not None and loop._waiting is not None:
        thread = loop._waiting
        loop._waiting = None
        _kont_wake_error(thread, error)


# --- futures --------------------------------------------------------------------------------------------------


class Future:
    """A value that will be there later."""

    _asyncio_future_blocking = False

    def __init__(self, *, loop=None):
        self._state = "PENDING"
        self._result = None
        self._exception = None
        self._cancel_message = None
        self._cancelled_error = None
        # Functions, and numbers of parked tasks, in the order in which they were added.
        self._callbacks = []

    def __repr__(self):
        return f"<{type(self).__name__} {self._describe()}>"

    def _describe(self):
        if self._state == "FINISHED":
            if self._exception is not None:
                return f"finished exception={self._exception!r}"
            return f"finished result={self._result!r}"
        return self._state.lower()

    def get_loop(self):
        return _state["loop"]

    def done(self):
        return self._state != "PENDING"

    def cancelled(self):
        return self._state == "CANCELLED"

    def _make_cancelled_error(self):
        if self._cancelled_error is not None:
            error = self._cancelled_error
            self._cancelled_error = None
            return error
        if self._cancel_message is None:
            return CancelledError()
        return CancelledError(self._cancel_message)

    def result(self):
        if self._state == "CANCELLED":
            raise self._make_cancelled_error()
        if self._state == "PENDING":
            raise InvalidStateError("Result is not set.")
        if self._exception is not None:
            raise self._exception
        return self._result

    def exception(self):
        if self._state == "CANCELLED":
            raise self._make_cancelled_error()
        if self._state == "PENDING":
            raise InvalidStateError("Exception is not set.")
        return self._exception

    def add_done_callback(self, fn, *, context=None):
        if self._state == "PENDING":
            self._callbacks.append(fn)
        else:
            _start(fn, (self,))

    def remove_done_callback(self, fn):
        kept = []
        for callback in self._callbacks:
            if isinstance(callback, int) or callback != fn:
                kept.append(callback)
        removed = len(self._callbacks) - len(kept)
        self._callbacks = kept
        return removed

    def _schedule_callbacks(self):
        callbacks = self._callbacks
        self._callbacks = []
        for callback in callbacks:
            if isinstance(callback, int):
                _wake(callback)
            else:
                _start(callback, (self,))

    def set_result(self, result):
        if self._state != "PENDING":
            raise InvalidStateError("invalid state")
        self._result = result
        self._state = "FINISHED"
        self._schedule_callbacks()

    def set_exception(self, exception):
        if self._state != "PENDING":
            raise InvalidStateError("invalid state")
        if isinstance(exception, type):
            exception = exception()
        if isinstance(exception, StopIteration):
            wrapped = RuntimeError(
                "StopIteration interacts badly with generators and cannot be raised into a Future"
            )
            wrapped.__cause__ = exception
            wrapped.__context__ = exception
            exception = wrapped
        self._exception = exception
        self._state = "FINISHED"
        self._schedule_callbacks()

    def cancel(self, msg=None):
        if self._state != "PENDING":
            return False
        self._state = "CANCELLED"
        self._cancel_message = msg
        self._schedule_callbacks()
        return True

    def _kont_await(self):
        """What `await` does with a future: parks this task until the future is done."""
        if self._state == "PENDING":
            thread = _kont_current_task()
            task = _tasks.get(thread)
            if task is self:
                raise RuntimeError(f"Task cannot await on itself: {self!r}")
            self._callbacks.append(thread)
            if task is None:
                _park()
            else:
                task._fut_waiter = self
                if task._must_cancel and self.cancel(msg=task._cancel_message):
                    task._must_cancel = False
                _park()
                task._fut_waiter = None
                if task._must_cancel:
                    task._must_cancel = False
                    raise task._make_cancelled_error()
        return self.result()

    def __await__(self):
        return _future_iterator(self)

    __iter__ = __await__

    def __class_getitem__(cls, item):
        return cls


def _future_iterator(future):
    if not future.done():
        yield future
    return future.result()


def isfuture(obj):
    return isinstance(obj, Future)


def _bare_yield():
    """Lets the others run once, as `await sleep(0)` does."""
    task = _tasks.get(_kont_current_task())
    _give_way()
    if task is not None and task._must_cancel:
        task._must_cancel = False
        raise task._make_cancelled_error()


# --- tasks ----------------------------------------------------------------------------------------------------


class Task(Future):
    """A coroutine that runs beside others."""

    def __init__(self, coro, *, loop=None, name=None, context=None, eager_start=False):
        Future.__init__(self)
        kind = _kont_is_coroutine(coro)
        if not kind:
            raise TypeError(f"a coroutine was expected, got {coro!r}")
        _require_loop()
        if name is None:
            _state["names"] += 1
            name = f"Task-{_state['names']}"
        self._name = str(name)
        self._coro = coro
        self._is_tool_call = kind == 2
        self._must_cancel = False
        self._fut_waiter = None
        self._num_cancels_requested = 0
        self._thread = _spawn(self._run)
        _tasks[self._thread] = self

    def __repr__(self):
        state = "cancelling" if self._must_cancel else self._describe()
        words = state.split(" ", 1)
        rest = f" {words[1]}" if len(words) > 1 else ""
        return f"<Task {words[0]} name={self._name!r} coro=<{self._coro_name()}>{rest}>"

    def _coro_name(self):
        return f"{getattr(self._coro, '__qualname__', 'tool')}()"

    def get_name(self):
        return self._name

    def set_name(self, value):
        self._name = str(value)

    def get_coro(self):
        return self._coro

    def get_context(self):
        return None

    def set_result(self, result):
        raise RuntimeError("Task does not support set_result operation")

    def set_exception(self, exception):
        raise RuntimeError("Task does not support set_exception operation")

    def cancel(self, msg=None):
        if self.done():
            return False
        self._num_cancels_requested += 1
        if self._fut_waiter is not None:
            if self._fut_waiter.cancel(msg=msg):
                return True
        elif self._is_tool_call and not self._must_cancel:
            # Nothing of the program is on its stack: the answer that comes late finds it cancelled.
            _start(self._give_up, ())
        elif _kont_interrupt(self._thread, CancelledError() if msg is None else CancelledError(msg)):
            # It waits for the host, which may still answer: nobody listens any more.
            return True
        self._must_cancel = True
        self._cancel_message = msg
        return True

    def _give_up(self):
        if not self.done():
            self._end_cancelled()

    def cancelling(self):
        return self._num_cancels_requested

    def uncancel(self):
        if self._num_cancels_requested > 0:
            self._num_cancels_requested -= 1
            if self._num_cancels_requested == 0:
                self._must_cancel = False
        return self._num_cancels_requested

    def _run(self):
        """The body of the task's thread of execution: the whole coroutine."""
        fatal = None
        try:
            if self._must_cancel:
                self._must_cancel = False
                if self._is_tool_call:
                    raise self._make_cancelled_error()
                value = _throw(self._coro, self._make_cancelled_error())
            elif self._is_tool_call:
                value = _drive(_await_call(self._coro))
            else:
                value = _drive(self._coro)
        except CancelledError as error:
            if not self.done():
                self._cancelled_error = error
                self._end_cancelled()
        except (SystemExit, KeyboardInterrupt) as error:
            fatal = error
            if not self.done():
                self._forget()
                Future.set_exception(self, error)
        except BaseException as error:
            if not self.done():
                self._forget()
                Future.set_exception(self, error)
        else:
            if not self.done():
                if self._must_cancel:
                    self._must_cancel = False
                    self._end_cancelled()
                else:
                    self._forget()
                    Future.set_result(self, value)
        if fatal is not None:
            _end_loop(fatal)

    def _forget(self):
        _tasks.pop(self._thread, None)

    def _end_cancelled(self):
        self._forget()
        Future.cancel(self, self._cancel_message)


async def _await_call(call):
    return await call


def _drive(coro):
    try:
        coro.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("Task got bad yield")


def _throw(coro, error):
    try:
        coro.throw(error)
    except StopIteration as end:
        return end.value
    raise RuntimeError("Task got bad yield")


def _require_loop():
    loop = _state["loop"]
    if loop is None:
        raise RuntimeError("no running event loop")
    return loop


def create_task(coro, *, name=None, context=None, **kwargs):
    _require_loop()
    return Task(coro, name=name)


def ensure_future(coro_or_future, *, loop=None):
    if isinstance(coro_or_future, Future):
        return coro_or_future
    if _kont_is_coroutine(coro_or_future):
        return Task(coro_or_future)
    if hasattr(coro_or_future, "__await__"):
        return Task(_wrap_awaitable(coro_or_future))
    raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")


async def _wrap_awaitable(awaitable):
    return await awaitable


def current_task(loop=None):
    _require_loop()
    return _tasks.get(_kont_current_task())


def all_tasks(loop=None):
    _require_loop()
    return set(_tasks.values())


def iscoroutine(obj):
    return _kont_is_coroutine(obj) > 0


def iscoroutinefunction(func):
    return _kont_is_async_function(func)


# --- the loop -------------------------------------------------------------------------------------------------


class AbstractEventLoop:
    """The face of the running loop."""

    def __init__(self):
        self._waiting = None
        self._mark = None
        self._closed = False

    def is_running(self):
        return _state["loop"] is self

    def is_closed(self):
        return self._closed

    def close(self):
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        self._closed = True

    def time(self):
        return _kont_monotonic()

    def create_future(self):
        return Future()

    def create_task(self, coro, *, name=None, context=None, **kwargs):
        return Task(coro, name=name)

    def call_soon(self, callback, *args, context=None):
        return _start(callback, args)

    def call_soon_threadsafe(self, callback, *args, context=None):
        return _start(callback, args)

    def call_later(self, delay, callback, *args, context=None):
        if delay is None:
            raise TypeError("delay must not be None")
        return _later(delay, callback, args)

    def call_at(self, when, callback, *args, context=None):
        if when is None:
            raise TypeError("when cannot be None")
        handle = _later(when - self.time(), callback, args)
        handle._when = when
        return handle

    def run_in_executor(self, executor, func, *args):
        return Task(to_thread(func, *args))

    def run_until_complete(self, future):
        if self._closed:
            raise RuntimeError("Event loop is closed")
        if _state["loop"] is self:
            raise RuntimeError("This event loop is already running")
        if _state["loop"] is not None:
            raise RuntimeError("Cannot run the event loop while another loop is running")
        _state["loop"] = self
        try:
            future = ensure_future(future)
            self._wait(future)
            return future.result()
        finally:
            _state["loop"] = None

    def _wait(self, future):
        """Parks this thread of execution until the future is done and its last callback was called."""
        mark = self._mark = object()
        self._waiting = _kont_current_task()
        future.add_done_callback(lambda _: self._stop(mark))
        try:
            _kont_park()
        finally:
            self._waiting = None
            self._mark = None

    def _stop(self, mark):
        if self._mark is not mark:
            # Something else ended this wait.
            return
        # The rest of this round still runs. What it queues does not: all of it has come to the front, and was
        # held back, when this task has gone to the end of the queue twice.
        _state["last_round"] = _state["round"]
        _kont_yield()
        _kont_yield()
        _state["last_round"] = None
        if self._mark is mark and self._waiting is not None:
            _kont_wake(self._waiting, None)
        held = _held_back[:]
        _held_back.clear()
        for thread in held:
            _wake(thread)

    def _cancel_all(self):
        left = list(_tasks.values())
        if left:
            for task in left:
                task.cancel()
            self._wait(gather(*left, return_exceptions=True))
        # CPython's loop does its last rounds in these.
        self._wait(Task(self.shutdown_asyncgens()))
        self._wait(Task(self.shutdown_default_executor()))

    def set_debug(self, enabled):
        pass

    def get_debug(self):
        return False

    async def shutdown_asyncgens(self):
        pass

    async def shutdown_default_executor(self, timeout=None):
        pass


def run(main, *, debug=None, loop_factory=None):
    if _state["loop"] is not None:
        raise RuntimeError("asyncio.run() cannot be called from a running event loop")
    if not _kont_is_coroutine(main):
        if not hasattr(main, "__await__"):
            _not_awaitable(main)
        main = _wrap_awaitable(main)
    loop = AbstractEventLoop()
    _state["loop"] = loop
    try:
        task = Task(main)
        loop._wait(task)
        return task.result()
    finally:
        try:
            loop._cancel_all()
        finally:
            _state["loop"] = None
            loop._closed = True


def _not_awaitable(main):
    raise ValueError(f"a coroutine was expected, got {main!r}")


class Runner:
    """Runs several coroutines on one loop."""

    def __init__(self, *, debug=None, loop_factory=None):
        self._loop = None
        self._closed = False

    def __enter__(self):
        self.get_loop()
        return self

    def __exit__(self, exc_type, exc, tb):
        self.close()

    def get_loop(self):
        if self._closed:
            raise RuntimeError("Runner is closed")
        if self._loop is None:
            self._loop = AbstractEventLoop()
        return self._loop

    def run(self, coro, *, context=None):
        if not _kont_is_coroutine(coro):
            _not_awaitable(coro)
        if _state["loop"] is not None:
            raise RuntimeError("Runner.run() cannot be called from a running event loop")
        return self.get_loop().run_until_complete(coro)

    def close(self):
        if self._loop is not None and not self._closed:
            _state["loop"] = self._loop
            try:
                self._loop._cancel_all()
            finally:
                _state["loop"] = None
                self._loop._closed = True
        self._closed = True


def get_running_loop():
    return _require_loop()


def _get_running_loop():
    return _state["loop"]


def get_event_loop():
    loop = _state["loop"]
    if loop is not None:
        return loop
    loop = _state.get("set")
    if loop is None:
        raise RuntimeError("There is no current event loop in thread 'MainThread'.")
    return loop


def new_event_loop():
    return AbstractEventLoop()


def set_event_loop(loop):
    _state["set"] = loop


# --- sleeping, waiting ----------------------------------------------------------------------------------------


def _set_result_unless_cancelled(future, result):
    if not future.cancelled():
        future.set_result(result)


async def sleep(delay, result=None):
    if delay <= 0:
        _bare_yield()
        return result
    if delay != delay:
        raise ValueError("Invalid delay: NaN (not a number)")
    future = Future()
    timer = _later(delay, _set_result_unless_cancelled, (future, result))
    try:
        return await future
    finally:
        timer.cancel()


async def to_thread(func, /, *args, **kwargs):
    future = Future()

    def call():
        try:
            value = func(*args, **kwargs)
        except BaseException as error:
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(value)

    _spawn(call)
    return await future


class Timeout:
    """Cancels the block that it surrounds after a time."""

    def __init__(self, when):
        self._phase = "created"
        self._timer = None
        self._task = None
        self._when = when
        self._delay = None
        self._cancelling = 0

    def when(self):
        if self._when is None and self._delay is not None:
            self._when = _kont_monotonic() + self._delay
        return self._when

    def reschedule(self, when):
        if self._phase != "active":
            if self._phase == "created":
                raise RuntimeError("Timeout has not been entered")
            raise RuntimeError(f"Cannot change state of {self._phase} Timeout")
        self._when = when
        self._set_timer(None if when is None else when - _kont_monotonic())

    def _set_timer(self, delay):
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if delay is None else _later(delay, self._on_timeout, ())

    def expired(self):
        return self._phase in ("expiring", "expired")

    def __repr__(self):
        return f"<Timeout [{self._phase}]>"

    async def __aenter__(self):
        if self._phase != "created":
            raise RuntimeError("Timeout has already been entered")
        task = current_task()
        if task is None:
            raise RuntimeError("Timeout should be used inside a task")
        self._phase = "active"
        self._task = task
        self._cancelling = task.cancelling()
        if self._delay is not None:
            self._set_timer(self._delay)
        elif self._when is not None:
            self.reschedule(self._when)
        return self

    async def __aexit__(self, exc_type, exc, tb):
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._phase == "expiring":
            self._phase = "expired"
            if self._task.uncancel() <= self._cancelling and exc_type is not None:
                if issubclass(exc_type, CancelledError):
                    raise TimeoutError from exc
        elif self._phase == "active":
            self._phase = "finished"
        return None

    def _on_timeout(self):
        self._task.cancel()
        self._phase = "expiring"
        self._timer = None


def timeout(delay):
    limit = Timeout(None)
    limit._delay = delay
    return limit


def timeout_at(when):
    return Timeout(when)


async def wait_for(fut, timeout):
    if _kont_is_coroutine(fut) == 2:
        # The call of a tool gets a task of its own, so that it can be given up.
        fut = Task(fut)
    elif not isinstance(fut, Future) and not _kont_is_coroutine(fut):
        if not hasattr(fut, "__await__"):
            raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")
        fut = _wrap_awaitable(fut)
    if timeout is not None and timeout <= 0:
        fut = ensure_future(fut)
        if fut.done():
            return fut.result()
        await _cancel_and_wait(fut)
        try:
            return fut.result()
        except CancelledError as error:
            raise TimeoutError from error
    async with globals_timeout(timeout):
        return await fut


# The name `timeout` is a parameter in `wait_for`.
globals_timeout = timeout


async def _cancel_and_wait(fut):
    waiter = Future()

    def release(_):
        if not waiter.done():
            waiter.set_result(None)

    fut.add_done_callback(release)
    try:
        fut.cancel()
        await waiter
    finally:
        fut.remove_done_callback(release)


async def wait(fs, *, timeout=None, return_when=ALL_COMPLETED):
    if isinstance(fs, Future) or _kont_is_coroutine(fs):
        raise TypeError(f"expect a list of futures, not {type(fs).__name__}")
    if not fs:
        raise ValueError("Set of Tasks/Futures is empty.")
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError(f"Invalid return_when value: {return_when}")
    # In the order given, each once.
    futures = list(dict.fromkeys(fs))
    for f in futures:
        if _kont_is_coroutine(f):
            raise TypeError("Passing coroutines is forbidden, use tasks explicitly.")
    await _wait_some(futures, timeout, return_when)
    done = set()
    pending = set()
    for f in futures:
        if f.done():
            done.add(f)
        else:
            pending.add(f)
    return done, pending


async def _wait_some(futures, timeout, return_when):
    waiter = Future()
    left = len(futures)
    timer = None

    def release():
        if not waiter.done():
            waiter.set_result(None)

    def on_completion(f):
        nonlocal left
        left -= 1
        if (
            left <= 0
            or return_when == FIRST_COMPLETED
            or (
                return_when == FIRST_EXCEPTION
                and not f.cancelled()
                and f.exception() is not None
            )
        ):
            if timer is not None:
                timer.cancel()
            release()

    if timeout is not None:
        timer = _later(timeout, release, ())
    for f in futures:
        f.add_done_callback(on_completion)
    try:
        await waiter
    finally:
        if timer is not None:
            timer.cancel()
        for f in futures:
            f.remove_done_callback(on_completion)
