"""What tests of memory count: objects and blocks, never time."""

import gc
import os
import sys

# How many effects are performed: all of them, or as many as fit into each run of the tests.
MANY = 1_000_000 if os.environ.get("SLOW") else 100_000

# A few objects are made once: caches of CPython, of this package and of the tests. Without its lock CPython gives blocks
# back later.
OBJECTS = 50
BLOCKS = 500 if getattr(sys, "_is_gil_enabled", lambda: True)() else 10_000


def objects():
    """How many objects the collector knows, and how many blocks of memory there are."""
    gc.collect()
    return len(gc.get_objects()), sys.getallocatedblocks()


def grown(run, many=MANY, warm=1_000):
    """By how many objects and blocks of memory a second run leaves more than the first."""
    run(warm)
    before = objects()
    run(many)
    after = objects()
    return after[0] - before[0], after[1] - before[1]


def assert_leaves_nothing(run, many=MANY, warm=1_000):
    """Fails if a run of many leaves more than one of few."""
    more_objects, more_blocks = grown(run, many, warm)
    assert more_objects < OBJECTS and more_blocks < BLOCKS, (more_objects, more_blocks)
