"""kont: Python programs as suspended computations that you hold in your hand.

>>> import kont
>>> class Ask(kont.Effect[str]):
...     key: str
>>> async def greet():
...     return f"hello {await Ask('name')}"
>>> @kont.handler(Ask)
... def from_table(effect):
...     return {"name": "world"}[effect.key]
>>> kont.run(greet(), from_table)
'hello world'
"""

# Importing this package imports the extension and nothing else: every other name is looked up when it is first used.
TYPE_CHECKING = False

from kont._kont import CreateContinuation as CreateContinuation
from kont._kont import Delegate as Delegate
from kont._kont import ExternalPromise as ExternalPromise
from kont._kont import GetBoundaries as GetBoundaries
from kont._kont import GetExecutionContext as GetExecutionContext
from kont._kont import GetHandlers as GetHandlers
from kont._kont import GetOuterHandlers as GetOuterHandlers
from kont._kont import GetTraceback as GetTraceback
from kont._kont import Handler as Handler
from kont._kont import K as K
from kont._kont import Observer as Observer
from kont._kont import Operation as Operation
from kont._kont import Pass as Pass
from kont._kont import Perform as Perform
from kont._kont import Program as Program
from kont._kont import Promise as Promise
from kont._kont import Pure as Pure
from kont._kont import Resume as Resume
from kont._kont import ResumeThrow as ResumeThrow
from kont._kont import ResumeWith as ResumeWith
from kont._kont import Task as Task
from kont._kont import Transfer as Transfer
from kont._kont import TransferThrow as TransferThrow
from kont._kont import TransferWith as TransferWith
from kont._kont import WithHandler as WithHandler
from kont._kont import WithObserve as WithObserve
from kont._kont import __version__ as __version__
from kont._kont import run as run

if TYPE_CHECKING:
    from kont.effects import Await as Await
    from kont.effects import Effect as Effect
    from kont.effects import Monotonic as Monotonic
    from kont.effects import Now as Now
    from kont.effects import RandomBytes as RandomBytes
    from kont.effects import Sleep as Sleep
    from kont.errors import Cancelled as Cancelled
    from kont.errors import ChannelClosed as ChannelClosed
    from kont.errors import ContinuationUsedError as ContinuationUsedError
    from kont.errors import Deadlock as Deadlock
    from kont.errors import ForeignContinuationError as ForeignContinuationError
    from kont.errors import KontError as KontError
    from kont.errors import KontWarning as KontWarning
    from kont.errors import LimitExceeded as LimitExceeded
    from kont.errors import MissingKeyError as MissingKeyError
    from kont.errors import PromiseAbandoned as PromiseAbandoned
    from kont.errors import RefusedError as RefusedError
    from kont.errors import SandboxError as SandboxError
    from kont.errors import UnhandledEffect as UnhandledEffect
    from kont.errors import Unwind as Unwind
    from kont.errors import UsageError as UsageError
    from kont.errors import WorkerKilled as WorkerKilled
    from kont.handling import handler as handler
    from kont.handling import Handlers as Handlers
    from kont.handling import on as on
    from kont.handling import Several as Several
    from kont.interception import interceptor as interceptor
    from kont.interception import observer as observer
    from kont.interception import WithIntercept as WithIntercept
    from kont.programs import do as do
    from kont.reflection import ExecutionContext as ExecutionContext
    from kont.reflection import Place as Place
    from kont.rows import Answered as Answered
    from kont.rows import Do as Do
    from kont.rows import Performs as Performs
    from kont.running import run_async as run_async
    from kont.sandbox import Limits as Limits
    from kont.sandbox import Request as Request
    from kont.sandbox import Sandbox as Sandbox
    from kont.sandbox import Turn as Turn
    from kont.scopes import scope as scope
    from kont.scopes import Scope as Scope
    from kont.scopes import shield as shield
    from kont.scopes import timeout as timeout
    from kont.stacking import handlers as handlers
    from kont.sync import Channel as Channel
    from kont.sync import Event as Event
    from kont.sync import Lock as Lock
    from kont.sync import Semaphore as Semaphore
    from kont.tasks import Cancel as Cancel
    from kont.tasks import CompletePromise as CompletePromise
    from kont.tasks import CreateExternalPromise as CreateExternalPromise
    from kont.tasks import CreatePromise as CreatePromise
    from kont.tasks import FailPromise as FailPromise
    from kont.tasks import Gather as Gather
    from kont.tasks import Race as Race
    from kont.tasks import Spawn as Spawn
    from kont.tasks import Wait as Wait
    from kont.tasks import Yield as Yield
    from kont.threads import Thread as Thread
    from kont.tools import Approval as Approval
    from kont.tools import CallReport as CallReport
    from kont.tools import Process as Process
    from kont.tools import RunReport as RunReport
    from kont.tools import summary as summary
    from kont.tools import Tool as Tool
    from kont.tools import tool as tool
    from kont.tools import ToolCall as ToolCall
    from kont.tracebacks import format_traceback as format_traceback
    from kont.tracebacks import Traceback as Traceback
    from kont.tracebacks import traceback_of as traceback_of

# The module of each name above, as type checkers see it. tests/python/test_imports.py holds the two together.
_LATER = {
    "effects": "Await Effect Monotonic Now RandomBytes Sleep",
    "errors": (
        "Cancelled ChannelClosed ContinuationUsedError Deadlock ForeignContinuationError KontError "
        "KontWarning LimitExceeded MissingKeyError PromiseAbandoned RefusedError SandboxError UnhandledEffect "
        "Unwind UsageError WorkerKilled"
    ),
    "handling": "handler Handlers on Several",
    "interception": "interceptor observer WithIntercept",
    "programs": "do",
    "reflection": "ExecutionContext Place",
    "rows": "Answered Do Performs",
    "running": "run_async",
    "sandbox": "Limits Request Sandbox Turn",
    "scopes": "scope Scope shield timeout",
    "stacking": "handlers",
    "sync": "Channel Event Lock Semaphore",
    "tasks": "Cancel CompletePromise CreateExternalPromise CreatePromise FailPromise Gather Race Spawn Wait Yield",
    "threads": "Thread",
    "tools": "Approval CallReport Process RunReport summary Tool tool ToolCall",
    "tracebacks": "format_traceback Traceback traceback_of",
}
_HOMES = {name: module for module, names in _LATER.items() for name in names.split()}


# Hidden from type checkers, which would take every name for one that there is.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        import sys
        from importlib import import_module

        if name == "__all__":
            return [one for one in __dir__() if not one.startswith("_") and one not in _LATER]
        if name not in _HOMES and name not in _LATER:
            raise AttributeError(f"module 'kont' has no attribute {name!r}", name=name, obj=sys.modules[__name__])
        module = import_module(f"kont.{_HOMES.get(name, name)}")
        value = globals()[name] = module if name in _LATER else getattr(module, name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_LATER} - {"TYPE_CHECKING"})
