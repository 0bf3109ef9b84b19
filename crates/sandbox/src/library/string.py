"""string: constants, and `Template`."""

ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdef" + "ABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
whitespace = " \t\n\r\v\f"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    return (sep or " ").join([word.capitalize() for word in s.split(sep)])


class Template:
    """A text with `$name` and `${name}`."""

    delimiter = "$"

    def __init__(self, template):
        self.template = template

    def _fill(self, mapping, safe):
        import re

        def one(match):
            if match.group("escaped") is not None:
                return "$"
            name = match.group("named") or match.group("braced")
            if name is not None:
                if safe and name not in mapping:
                    return match.group()
                return str(mapping[name])
            if safe:
                return match.group()
            before = self.template[: match.start()]
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            raise ValueError(f"Invalid placeholder in string: line {line}, col {column}")

        pattern = (
            r"\$(?:(?P<escaped>\$)|(?P<named>(?a:[_a-zA-Z][_a-zA-Z0-9]*))"
            r"|\{(?P<braced>(?a:[_a-zA-Z][_a-zA-Z0-9]*))\}|(?P<invalid>))"
        )
        return re.sub(pattern, one, self.template)

    def substitute(self, mapping=None, /, **kws):
        return self._fill({**(mapping or {}), **kws}, False)

    def safe_substitute(self, mapping=None, /, **kws):
        return self._fill({**(mapping or {}), **kws}, True)
