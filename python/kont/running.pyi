"""`run_async`; see `running.py`. What it takes is what `run` takes: see `_kont.pyi`."""

from collections.abc import Coroutine
from typing import Any, TypeVar, overload

from kont._kont import AnsweredByRun, Schedule
from kont.rows import Around, Covers, Performs

T = TypeVar("T")
Row = TypeVar("Row")
H1 = TypeVar("H1")
H2 = TypeVar("H2")
H3 = TypeVar("H3")
H4 = TypeVar("H4")
H5 = TypeVar("H5")
H6 = TypeVar("H6")

@overload
async def run_async(
    program: Coroutine[Any, Any, T],
    /,
    *handlers: Around[Any, Any],
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[AnsweredByRun | Coroutine[Any, Any, Any], T],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[Row, T],
    h1: Covers[Row, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | H4 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | H4 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | H4 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, H4 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h4: Around[H4, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, H4 | H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h4: Around[H4, H5 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h5: Around[H5, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any], T],
    h1: Around[H1, H2 | H3 | H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h2: Around[H2, H3 | H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h3: Around[H3, H4 | H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h4: Around[H4, H5 | H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h5: Around[H5, H6 | AnsweredByRun | Coroutine[Any, Any, Any]],
    h6: Around[H6, AnsweredByRun | Coroutine[Any, Any, Any]],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[Any, T],
    h1: Around[Any, Any],
    h2: Around[Any, Any],
    h3: Around[Any, Any],
    h4: Around[Any, Any],
    h5: Around[Any, Any],
    h6: Around[Any, Any],
    h7: Around[Any, Any],
    /,
    *more: Around[Any, Any],
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
