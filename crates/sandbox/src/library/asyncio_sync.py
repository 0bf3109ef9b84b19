# The second half of asyncio.py: gather, task groups, queues, locks. Both halves are one module.


class _AsCompletedIterator:
    """Futures in the order in which they are done, for `for` and for `async for`."""

    def __init__(self, aws, timeout):
        self._done = Queue()
        self._timer = None
        todo = []
        for aw in aws:
            f = ensure_future(aw)
            if f not in todo:
                todo.append(f)
        self._todo = todo
        self._left = len(todo)
        for f in todo:
            f.add_done_callback(self._on_completion)
        if todo and timeout is not None:
            self._timer = _later(timeout, self._on_timeout, ())

    def __aiter__(self):
        return self

    def __iter__(self):
        return self

    async def __anext__(self):
        if self._left <= 0:
            raise StopAsyncIteration
        self._left -= 1
        return await self._next_one(False)

    def __next__(self):
        if self._left <= 0:
            raise StopIteration
        self._left -= 1
        return self._next_one(True)

    def _on_timeout(self):
        for f in self._todo:
            f.remove_done_callback(self._on_completion)
            self._done.put_nowait(None)
        self._todo = []

    def _on_completion(self, f):
        if f not in self._todo:
            return
        self._todo.remove(f)
        self._done.put_nowait(f)
        if not self._todo and self._timer is not None:
            self._timer.cancel()

    async def _next_one(self, resolve):
        f = await self._done.get()
        if f is None:
            raise TimeoutError
        return f.result() if resolve else f


def as_completed(fs, *, timeout=None):
    if isinstance(fs, Future) or _kont_is_coroutine(fs):
        raise TypeError(f"expect an iterable of futures, not {type(fs).__name__}")
    return _AsCompletedIterator(fs, timeout)


# --- gather, shield -------------------------------------------------------------------------------------------


class _GatheringFuture(Future):
    """The result of `gather`: cancelling it cancels what it gathers."""

    def __init__(self, children):
        Future.__init__(self)
        self._children = children
        self._cancel_requested = False

    def cancel(self, msg=None):
        if self.done():
            return False
        some = False
        for child in self._children:
            if child.cancel(msg=msg):
                some = True
        if some:
            self._cancel_requested = True
        return some


def gather(*coros_or_futures, return_exceptions=False):
    if not coros_or_futures:
        _require_loop()
        outer = Future()
        outer.set_result([])
        return outer
    children = []
    distinct = []
    given = []
    for arg in coros_or_futures:
        # One that is given twice runs once and is twice in the result.
        f = None
        for i in range(len(given)):
            if given[i] is arg:
                f = distinct[i]
                break
        if f is None:
            f = ensure_future(arg)
            given.append(arg)
            distinct.append(f)
        children.append(f)
    outer = _GatheringFuture(children)
    finished = 0

    def on_done(f):
        nonlocal finished
        finished += 1
        if outer.done():
            return
        if not return_exceptions:
            if f.cancelled():
                outer.set_exception(f._make_cancelled_error())
                return
            error = f.exception()
            if error is not None:
                outer.set_exception(error)
                return
        if finished == len(distinct):
            if outer._cancel_requested:
                outer.set_exception(f._make_cancelled_error())
            else:
                outer.set_result([_outcome(child) for child in children])

    done_already = []
    for f in distinct:
        if f.done():
            done_already.append(f)
        else:
            f.add_done_callback(on_done)
    for f in done_already:
        on_done(f)
    return outer


def _outcome(f):
    if f.cancelled():
        return CancelledError("" if f._cancel_message is None else f._cancel_message)
    error = f.exception()
    return f.result() if error is None else error


def shield(arg):
    inner = ensure_future(arg)
    if inner.done():
        return inner
    outer = Future()

    def inner_done(f):
        if outer.cancelled():
            return
        if f.cancelled():
            outer.cancel()
        elif f.exception() is not None:
            outer.set_exception(f.exception())
        else:
            outer.set_result(f.result())

    def outer_done(_):
        if not inner.done():
            inner.remove_done_callback(inner_done)

    inner.add_done_callback(inner_done)
    outer.add_done_callback(outer_done)
    return outer


# --- task groups -----


class TaskGroup:
    """Tasks that end together: the block is left when all are done; an error cancels the others."""

    def __init__(self):
        self._entered = False
        self._exiting = False
        self._aborting = False
        self._parent = None
        self._parent_cancel_requested = False
        self._group = []
        self._errors = []
        self._base_error = None
        self._all_done = None

    def __repr__(self):
        info = ""
        if self._group:
            info += f" tasks={len(self._group)}"
        if self._errors:
            info += f" errors={len(self._errors)}"
        if self._aborting:
            info += " cancelling"
        elif self._entered:
            info += " entered"
        return f"<TaskGroup{info}>"

    async def __aenter__(self):
        if self._entered:
            raise RuntimeError(f"TaskGroup {self!r} has already been entered")
        parent = current_task()
        if parent is None:
            raise RuntimeError(f"TaskGroup {self!r} cannot determine the parent task")
        self._entered = True
        self._parent = parent
        return self

    async def __aexit__(self, et, exc, tb):
        self._exiting = True
        if exc is not None and self._base_error is None and _ends_loop(exc):
            self._base_error = exc
        cancellation = exc if isinstance(exc, CancelledError) else None
        if et is not None and not self._aborting:
            self._abort()
        while self._group:
            if self._all_done is None:
                self._all_done = Future()
            try:
                await self._all_done
            except CancelledError as error:
                if not self._aborting:
                    cancellation = error
                    self._abort()
            self._all_done = None
        if self._base_error is not None:
            raise self._base_error
        if self._parent_cancel_requested:
            if self._parent.uncancel() == 0:
                cancellation = None
        if cancellation is not None and not self._errors:
            raise cancellation
        if et is not None and not issubclass(et, CancelledError):
            self._errors.append(exc)
        if self._errors:
            if self._parent.cancelling():
                self._parent.uncancel()
                self._parent.cancel()
            errors = self._errors
            self._errors = []
            plain = all([isinstance(error, Exception) for error in errors])
            kind = ExceptionGroup if plain else BaseExceptionGroup
            raise kind("unhandled errors in a TaskGroup", errors) from None

    def create_task(self, coro, *, name=None, context=None, **kwargs):
        if not self._entered:
            raise RuntimeError(f"TaskGroup {self!r} has not been entered")
        if self._exiting and not self._group:
            raise RuntimeError(f"TaskGroup {self!r} is finished")
        if self._aborting:
            raise RuntimeError(f"TaskGroup {self!r} is shutting down")
        task = Task(coro, name=name)
        self._group.append(task)
        task.add_done_callback(self._on_task_done)
        return task

    def _abort(self):
        self._aborting = True
        for task in list(self._group):
            if not task.done():
                task.cancel()

    def _on_task_done(self, task):
        self._group.remove(task)
        if self._all_done is not None and not self._group and not self._all_done.done():
            self._all_done.set_result(True)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        self._errors.append(error)
        if self._base_error is None and _ends_loop(error):
            self._base_error = error
        if self._parent.done():
            return
        if not self._aborting and not self._parent_cancel_requested:
            self._abort()
            self._parent_cancel_requested = True
            self._parent.cancel()


def _ends_loop(error):
    return isinstance(error, (SystemExit, KeyboardInterrupt))


# --- queues ---------------------------------------------------------------------------------------------------


class Queue:
    """First in, first out. `put` waits while it is full, `get` while it is empty."""

    def __init__(self, maxsize=0):
        self._maxsize = maxsize
        self._getters = []
        self._putters = []
        self._unfinished = 0
        self._finished = Event()
        self._finished.set()
        self._shut = False
        self._queue = []

    def __class_getitem__(cls, item):
        return cls

    def __repr__(self):
        return f"<{type(self).__name__} maxsize={self._maxsize!r}>"

    def _put(self, item):
        self._queue.append(item)

    def _get(self):
        return self._queue.pop(0)

    @property
    def maxsize(self):
        return self._maxsize

    def qsize(self):
        return len(self._queue)

    def empty(self):
        return not self._queue

    def full(self):
        return self._maxsize > 0 and len(self._queue) >= self._maxsize

    def _wake_next(self, waiters):
        while waiters:
            waiter = waiters.pop(0)
            if not waiter.done():
                waiter.set_result(None)
                break

    async def put(self, item):
        while self.full():
            if self._shut:
                raise QueueShutDown
            putter = Future()
            self._putters.append(putter)
            try:
                await putter
            except BaseException:
                putter.cancel()
                if putter in self._putters:
                    self._putters.remove(putter)
                if not self.full() and not putter.cancelled():
                    self._wake_next(self._putters)
                raise
        return self.put_nowait(item)

    def put_nowait(self, item):
        if self._shut:
            raise QueueShutDown
        if self.full():
            raise QueueFull
        self._put(item)
        self._unfinished += 1
        self._finished.clear()
        self._wake_next(self._getters)

    async def get(self):
        while self.empty():
            if self._shut:
                raise QueueShutDown
            getter = Future()
            self._getters.append(getter)
            try:
                await getter
            except BaseException:
                getter.cancel()
                if getter in self._getters:
                    self._getters.remove(getter)
                if not self.empty() and not getter.cancelled():
                    self._wake_next(self._getters)
                raise
        return self.get_nowait()

    def get_nowait(self):
        if self.empty():
            if self._shut:
                raise QueueShutDown
            raise QueueEmpty
        item = self._get()
        self._wake_next(self._putters)
        return item

    def task_done(self):
        if self._unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished -= 1
        if self._unfinished == 0:
            self._finished.set()

    async def join(self):
        if self._unfinished > 0:
            await self._finished.wait()

    def shutdown(self, immediate=False):
        self._shut = True
        if immediate:
            while not self.empty():
                self._get()
                if self._unfinished > 0:
                    self._unfinished -= 1
            if self._unfinished == 0:
                self._finished.set()
        for waiters in (self._getters, self._putters):
            while waiters:
                waiter = waiters.pop(0)
                if not waiter.done():
                    waiter.set_result(None)


class LifoQueue(Queue):
    """Last in, first out."""

    def _get(self):
        return self._queue.pop()


class PriorityQueue(Queue):
    """The smallest first."""

    def _put(self, item):
        _heapq.heappush(self._queue, item)

    def _get(self):
        return _heapq.heappop(self._queue)


import heapq as _heapq


# --- locks ----------------------------------------------------------------------------------------------------


class _ContextManager:
    async def __aenter__(self):
        await self.acquire()
        return None

    async def __aexit__(self, exc_type, exc, tb):
        self.release()


class Lock(_ContextManager):
    """Held by one task at a time, given in the order of asking."""

    def __init__(self):
        self._waiters = []
        self._locked = False

    def __repr__(self):
        return f"<asyncio.locks.Lock [{'locked' if self._locked else 'unlocked'}]>"

    def locked(self):
        return self._locked

    async def acquire(self):
        if not self._locked and _all_cancelled(self._waiters):
            self._locked = True
            return True
        waiter = Future()
        self._waiters.append(waiter)
        try:
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        except CancelledError:
            if not self._locked:
                self._wake_first()
            raise
        self._locked = True
        return True

    def release(self):
        if not self._locked:
            raise RuntimeError("Lock is not acquired.")
        self._locked = False
        self._wake_first()

    def _wake_first(self):
        if self._waiters and not self._waiters[0].done():
            self._waiters[0].set_result(True)


def _all_cancelled(waiters):
    for waiter in waiters:
        if not waiter.cancelled():
            return False
    return True


class Event:
    """A flag that tasks wait for."""

    def __init__(self):
        self._waiters = []
        self._value = False

    def __repr__(self):
        return f"<asyncio.locks.Event [{'set' if self._value else 'unset'}]>"

    def is_set(self):
        return self._value

    def set(self):
        if not self._value:
            self._value = True
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(True)

    def clear(self):
        self._value = False

    async def wait(self):
        if self._value:
            return True
        waiter = Future()
        self._waiters.append(waiter)
        try:
            await waiter
            return True
        finally:
            self._waiters.remove(waiter)


class Condition(_ContextManager):
    """Tasks that wait for a change made under a lock."""

    def __init__(self, lock=None):
        self._lock = Lock() if lock is None else lock
        self._waiters = []

    def locked(self):
        return self._lock.locked()

    async def acquire(self):
        return await self._lock.acquire()

    def release(self):
        self._lock.release()

    async def wait(self):
        if not self.locked():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = Future()
        self.release()
        try:
            try:
                self._waiters.append(waiter)
                try:
                    await waiter
                    return True
                finally:
                    self._waiters.remove(waiter)
            finally:
                error = None
                while True:
                    try:
                        await self.acquire()
                        break
                    except CancelledError as cancelled:
                        error = cancelled
                if error is not None:
                    raise error
        except BaseException:
            self._notify(1)
            raise

    async def wait_for(self, predicate):
        result = predicate()
        while not result:
            await self.wait()
            result = predicate()
        return result

    def notify(self, n=1):
        if not self.locked():
            raise RuntimeError("cannot notify on un-acquired lock")
        self._notify(n)

    def _notify(self, n):
        count = 0
        for waiter in self._waiters:
            if count >= n:
                break
            if not waiter.done():
                count += 1
                waiter.set_result(False)

    def notify_all(self):
        self.notify(len(self._waiters))


class Semaphore(_ContextManager):
    """Held by some tasks at a time."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self._waiters = []
        self._value = value

    def locked(self):
        return self._value == 0 or not _all_cancelled(self._waiters)

    async def acquire(self):
        if not self.locked():
            self._value -= 1
            return True
        waiter = Future()
        self._waiters.append(waiter)
        try:
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        except CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._value += 1
            raise
        finally:
            while self._value > 0:
                if not self._wake_next():
                    break
        return True

    def release(self):
        self._value += 1
        self._wake_next()

    def _wake_next(self):
        for waiter in self._waiters:
            if not waiter.done():
                self._value -= 1
                waiter.set_result(True)
                return True
        return False


class BoundedSemaphore(Semaphore):
    """A semaphore that is not given back more often than taken."""

    def __init__(self, value=1):
        self._bound = value
        Semaphore.__init__(self, value)

    def release(self):
        if self._value >= self._bound:
            raise ValueError("BoundedSemaphore released too many times")
        Semaphore.release(self)
