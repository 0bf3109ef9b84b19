"""Test support: time that jumps, random numbers that repeat, records and scripts of effects, orders of tasks.

Nothing here needs pytest. `kont` is a plugin of pytest too, which has these as fixtures.

>>> import kont
>>> from kont.testing import expect, script
>>> class Ask(kont.Effect[str]):
...     key: str
>>> async def greet():
...     return f"hello {await Ask('name')}"
>>> with script(expect(Ask("name"), "world")) as double:
...     kont.run(greet(), double)
'hello world'
"""

from kont.testing.exploring import Explored as Explored
from kont.testing.exploring import Interleaving as Interleaving
from kont.testing.exploring import explore as explore
from kont.testing.exploring import replay as replay
from kont.testing.failures import InterleavingFailed as InterleavingFailed
from kont.testing.failures import NotDeterministic as NotDeterministic
from kont.testing.failures import RecordError as RecordError
from kont.testing.failures import ScriptError as ScriptError
from kont.testing.recording import Recorder as Recorder
from kont.testing.scripts import Expected as Expected
from kont.testing.scripts import Script as Script
from kont.testing.scripts import expect as expect
from kont.testing.scripts import script as script
from kont.testing.surroundings import Clock as Clock
from kont.testing.surroundings import SeededRandom as SeededRandom
from kont.testing.surroundings import tape as tape
