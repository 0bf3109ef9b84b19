"""`run_async`; see `running.py`. What it takes is what `run` takes: see `_kont.pyi`."""

from collections.abc import Coroutine
from typing import Any, TypeVar, overload

from kont._kont import Schedule
from kont.rows import Answered, Around, Performs

T = TypeVar("T")
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
    program: Performs[Answered, T],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | Answered, T],
    h1: Around[H1, Answered],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | Answered, T],
    h1: Around[H1, H2 | Answered],
    h2: Around[H2, Answered],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | Answered, T],
    h1: Around[H1, H2 | H3 | Answered],
    h2: Around[H2, H3 | Answered],
    h3: Around[H3, Answered],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | H4 | Answered, T],
    h1: Around[H1, H2 | H3 | H4 | Answered],
    h2: Around[H2, H3 | H4 | Answered],
    h3: Around[H3, H4 | Answered],
    h4: Around[H4, Answered],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | H4 | H5 | Answered, T],
    h1: Around[H1, H2 | H3 | H4 | H5 | Answered],
    h2: Around[H2, H3 | H4 | H5 | Answered],
    h3: Around[H3, H4 | H5 | Answered],
    h4: Around[H4, H5 | Answered],
    h5: Around[H5, Answered],
    /,
    *,
    seed: int | None = None,
    virtual_time: bool = False,
    order: Schedule | None = None,
) -> T: ...
@overload
async def run_async(
    program: Performs[H1 | H2 | H3 | H4 | H5 | H6 | Answered, T],
    h1: Around[H1, H2 | H3 | H4 | H5 | H6 | Answered],
    h2: Around[H2, H3 | H4 | H5 | H6 | Answered],
    h3: Around[H3, H4 | H5 | H6 | Answered],
    h4: Around[H4, H5 | H6 | Answered],
    h5: Around[H5, H6 | Answered],
    h6: Around[H6, Answered],
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
