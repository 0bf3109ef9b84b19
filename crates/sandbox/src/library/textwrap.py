"""textwrap: dedent, indent, fill."""


def dedent(text):
    lines = text.split("\n")
    margin = None
    for line in lines:
        stripped = line.lstrip(" \t")
        if not stripped:
            continue
        lead = line[: len(line) - len(stripped)]
        if margin is None or margin.startswith(lead):
            margin = lead
        elif not lead.startswith(margin):
            n = 0
            while n < len(margin) and n < len(lead) and margin[n] == lead[n]:
                n += 1
            margin = margin[:n]
    n = len(margin or "")
    result = []
    for line in lines:
        result.append("" if not line.strip(" \t") else line[n:])
    return "\n".join(result)


def indent(text, prefix, predicate=None):
    parts = []
    for line in text.splitlines(True):
        wanted = line.strip() if predicate is None else predicate(line)
        parts.append(prefix + line if wanted else line)
    return "".join(parts)


def wrap(text, width=70, *, initial_indent="", subsequent_indent="", break_long_words=True, **options):
    for name in options:
        _kont_refuse(f"`textwrap.wrap` with `{name}`")
    if width <= 0:
        raise ValueError(f"invalid width {width!r} (must be > 0)")
    chunks = _chunks(text.expandtabs())
    lines = []
    at = 0
    while at < len(chunks):
        indent = subsequent_indent if lines else initial_indent
        room = max(width - len(indent), 1)
        if lines and not chunks[at].strip():
            at += 1
        line = []
        used = 0
        while at < len(chunks) and used + len(chunks[at]) <= room:
            line.append(chunks[at])
            used += len(chunks[at])
            at += 1
        if at < len(chunks) and len(chunks[at]) > room:
            # A word that fits no line.
            if break_long_words:
                left = room - used
                line.append(chunks[at][:left])
                chunks[at] = chunks[at][left:]
            elif not line:
                line.append(chunks[at])
                at += 1
        if line and not line[-1].strip():
            line.pop()
        if line:
            lines.append(indent + "".join(line))
    return lines


def _chunks(text):
    """Words and the spaces between them; words may break after a hyphen between letters."""
    import re

    for c in "\t\n\x0b\x0c\r":
        text = text.replace(c, " ")
    chunks = []
    for piece in re.findall(r" +|[^ ]+", text):
        if piece[0] == " ":
            chunks.append(piece)
            continue
        start = 0
        for i in range(2, len(piece) - 2):
            if (
                piece[i] == "-"
                and piece[i - 2 : i].isalpha()
                and piece[i + 1 : i + 3].isalpha()
            ):
                chunks.append(piece[start : i + 1])
                start = i + 1
        chunks.append(piece[start:])
    return chunks


def fill(text, width=70, **options):
    return "\n".join(wrap(text, width, **options))


def shorten(text, width, *, placeholder=" [...]"):
    words = text.split()
    text = " ".join(words)
    if len(text) <= width:
        return text
    if len(placeholder.lstrip()) > width:
        raise ValueError("placeholder too large for max width")
    while words:
        words.pop()
        shown = " ".join(words) + placeholder
        if len(shown) <= width:
            return shown if words else placeholder.lstrip()
    return placeholder.lstrip()
