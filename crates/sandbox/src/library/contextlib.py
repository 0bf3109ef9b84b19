"""contextlib: context managers made of generators, and small ones."""


def _wrapped(wrapper, func):
    import functools

    return functools.update_wrapper(wrapper, func)


class ContextDecorator:
    """A context manager that can decorate functions."""

    def __call__(self, func):
        def inner(*args, **kwargs):
            with self._again():
                return func(*args, **kwargs)

        return _wrapped(inner, func)

    def _again(self):
        return self


class AbstractContextManager:
    """The base of context managers."""

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        return None


class AbstractAsyncContextManager:
    """The base of asynchronous context managers."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, tb):
        return None


class _GeneratorContextManager(ContextDecorator):
    def __init__(self, func, args, kwargs):
        self._call = (func, args, kwargs)
        self.gen = func(*args, **kwargs)

    def _again(self):
        return _GeneratorContextManager(*self._call)

    def __enter__(self):
        try:
            return next(self.gen)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def __exit__(self, exc_type, exc, tb):
        if exc_type is None:
            try:
                next(self.gen)
            except StopIteration:
                return False
            try:
                raise RuntimeError("generator didn't stop")
            finally:
                self.gen.close()
        if exc is None:
            exc = exc_type()
        try:
            self.gen.throw(exc)
        except StopIteration as stop:
            # One that was raised in the block passes; the generator's own end means handled.
            return stop is not exc
        except RuntimeError as error:
            if error is exc:
                return False
            if isinstance(exc, StopIteration) and error.__cause__ is exc:
                return False
            raise
        except BaseException as error:
            if error is not exc:
                raise
            return False
        try:
            raise RuntimeError("generator didn't stop after throw()")
        finally:
            self.gen.close()


def contextmanager(func):
    def helper(*args, **kwargs):
        return _GeneratorContextManager(func, args, kwargs)

    return _wrapped(helper, func)


class _AsyncGeneratorContextManager:
    def __init__(self, func, args, kwargs):
        self.gen = func(*args, **kwargs)

    async def __aenter__(self):
        try:
            return await anext(self.gen)
        except StopAsyncIteration:
            raise RuntimeError("generator didn't yield") from None

    async def __aexit__(self, exc_type, exc, tb):
        if exc_type is None:
            try:
                await anext(self.gen)
            except StopAsyncIteration:
                return False
            raise RuntimeError("generator didn't stop")
        if exc is None:
            exc = exc_type()
        try:
            await self.gen.athrow(exc)
        except StopAsyncIteration as stop:
            return stop is not exc
        except BaseException as error:
            if error is not exc:
                raise
            return False
        raise RuntimeError("generator didn't stop after athrow()")


def asynccontextmanager(func):
    def helper(*args, **kwargs):
        return _AsyncGeneratorContextManager(func, args, kwargs)

    return _wrapped(helper, func)


class closing:
    """Closes a thing at the end."""

    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *exc_info):
        self.thing.close()


class suppress:
    """Lets some exceptions pass unseen."""

    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        return None

    def __exit__(self, exc_type, exc, tb):
        if exc_type is None:
            return None
        return issubclass(exc_type, self._exceptions)


class nullcontext:
    """Does nothing."""

    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *exc_info):
        return None

    async def __aenter__(self):
        return self.enter_result

    async def __aexit__(self, *exc_info):
        return None


class ExitStack:
    """Context managers that are entered one by one and left together."""

    def __init__(self):
        self._exits = []

    def enter_context(self, cm):
        cls = type(cm)
        if not hasattr(cls, "__enter__") or not hasattr(cls, "__exit__"):
            raise TypeError(
                f"'{cls.__module__}.{cls.__qualname__}' object does not support the context manager protocol"
            )
        result = cm.__enter__()
        self._exits.append(cm.__exit__)
        return result

    def push(self, exit):
        self._exits.append(exit.__exit__ if hasattr(exit, "__exit__") else exit)
        return exit

    def callback(self, callback, /, *args, **kwds):
        def exit(exc_type, exc, tb):
            callback(*args, **kwds)

        self._exits.append(exit)
        return callback

    def pop_all(self):
        other = type(self)()
        other._exits = self._exits
        self._exits = []
        return other

    def close(self):
        self.__exit__(None, None, None)

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        received = exc is not None
        pending = exc
        while self._exits:
            leave = self._exits.pop()
            try:
                if pending is None:
                    leave(None, None, None)
                elif leave(type(pending), pending, pending.__traceback__):
                    pending = None
            except BaseException as error:
                pending = error
        if pending is None:
            return received
        if pending is exc:
            return False
        raise pending
