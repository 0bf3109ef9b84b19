"""The `kont` command, brought by `pip install kont`: the one of the extension, with tools and policies in Python."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command with the arguments of this process, and gives its exit status."""
    from kont._kont import main as command

    # Standard output belongs to the sandboxed program, byte for byte. What tools and policies print is for people.
    sys.stdout = sys.stderr
    return command(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
