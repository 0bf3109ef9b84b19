"""The standard effects and their handlers. Nothing here is known to the machine: they are handlers like any other.

>>> import kont
>>> from kont.std import Ask, Modify, Tell, reader, state, writer
>>> @kont.do
... def visit():
...     name = yield Ask("name")
...     times = yield Modify("visits", lambda n: (n or 0) + 1)
...     yield Tell(f"{name} was here")
...     return times
>>> kont.run(visit(), reader({"name": "world"}), state(), writer())
1
"""

from kont.std.caches import cache as cache
from kont.std.calls import cached as cached
from kont.std.cells import Get as Get
from kont.std.cells import Modify as Modify
from kont.std.cells import Put as Put
from kont.std.cells import state as state
from kont.std.chance import Random as Random
from kont.std.chance import RandomChoice as RandomChoice
from kont.std.chance import RandomInt as RandomInt
from kont.std.chance import Shuffle as Shuffle
from kont.std.chance import randomness as randomness
from kont.std.chance import seeded as seeded
from kont.std.cassettes import http_recorded as http_recorded
from kont.std.cassettes import http_replayed as http_replayed
from kont.std.clocks import virtual_clock as virtual_clock
from kont.std.entries import CacheDelete as CacheDelete
from kont.std.entries import CacheExists as CacheExists
from kont.std.entries import CacheGet as CacheGet
from kont.std.entries import CachePut as CachePut
from kont.std.environment import Ask as Ask
from kont.std.environment import Local as Local
from kont.std.environment import reader as reader
from kont.std.keeping import Cached as Cached
from kont.std.logs import Log as Log
from kont.std.logs import log as log
from kont.std.logs import logging_to as logging_to
from kont.std.logs import unlogged as unlogged
from kont.std.messages import Listen as Listen
from kont.std.messages import Tell as Tell
from kont.std.messages import Told as Told
from kont.std.messages import listening as listening
from kont.std.messages import writer as writer
from kont.std.outcomes import Err as Err
from kont.std.outcomes import Ok as Ok
from kont.std.outcomes import Raise as Raise
from kont.std.outcomes import Try as Try
from kont.std.outcomes import trying as trying
from kont.std.programs import Scoped as Scoped
from kont.std.recorders import Recorded as Recorded
from kont.std.recorders import recorder as recorder
from kont.std.retries import Backoff as Backoff
from kont.std.retries import retry as retry
from kont.std.retries import retrying as retrying
from kont.std.storage import ListFiles as ListFiles
from kont.std.storage import ReadFile as ReadFile
from kont.std.storage import RemoveFile as RemoveFile
from kont.std.storage import WriteFile as WriteFile
from kont.std.storage import folder as folder
from kont.std.storage import memory_files as memory_files
from kont.std.stores import Kept as Kept
from kont.std.stores import Store as Store
from kont.std.stores import memory_store as memory_store
from kont.std.stores import sqlite_store as sqlite_store
from kont.std.variables import environment_variables as environment_variables
from kont.std.web import Http as Http
from kont.std.web import HttpError as HttpError
from kont.std.web import HttpResponse as HttpResponse
from kont.std.web import HttpTimeout as HttpTimeout
from kont.std.web import http as http
from kont.std.web import http_scripted as http_scripted
