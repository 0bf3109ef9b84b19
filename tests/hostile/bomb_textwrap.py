# limit: memory_bytes, steps
import textwrap

textwrap.fill("a " * 10 ** 7)
