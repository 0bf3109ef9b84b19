"""sys: the part that has a meaning in a sandbox: streams for output, the way out, what is running."""

argv = [""]
maxsize = 9223372036854775807
maxunicode = 1114111
byteorder = "little"
platform = "kont"
version_info = (3, 13, 0, "final", 0)
version = "3.13.0 (kont)"
hexversion = 0x030D00F0


def exit(status=None, /):
    raise SystemExit(status) if status is not None else SystemExit


class TextIOWrapper:
    """A stream for output. Writing to it is bounded like printing."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name, number):
        self.name = name
        self._number = number

    def write(self, text, /):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        _kont_write(self._number, text)
        return len(text)

    def writelines(self, lines, /):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    def fileno(self):
        return self._number + 1


stdout = TextIOWrapper("<stdout>", 0)
stderr = TextIOWrapper("<stderr>", 1)


def getrecursionlimit():
    return 1000


def intern(text, /):
    return text
