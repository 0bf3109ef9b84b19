"""Recordings of HTTP: requests with their answers in a file, without secrets, and their replay."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, Never
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from kont import _kont
from kont.errors import UsageError
from kont.handling import handler
from kont.std.web import Http, HttpError, HttpResponse, HttpTimeout

__all__ = ["http_recorded", "http_replayed"]

HIDDEN = "***"
# Compared without case, `-` and `_`.
SECRETS = (
    "access_token", "api_key", "authorization", "client_secret", "code_verifier", "cookie", "id_token", "key", "password",
    "proxy_authorization", "refresh_token", "secret", "set_cookie", "sig", "signature", "token", "x_api_key",
    "x_amz_security_token", "x_amz_signature",
)  # fmt: skip
VERSION = 1


def http_recorded(path: str | os.PathLike[str], *, secrets: Iterable[str] = ()) -> _kont.Handler[Never, Never]:
    """Lets `Http` go outward, and writes each request with its answer to a file, for `http_replayed`.

    The first request begins the file anew. Headers of requests are not in it: that is where secrets are. Parameters of
    addresses, fields of forms and JSON, and headers of answers whose names are those of secrets have `***` for a
    value: `token`, `password`, `api_key`, `set-cookie` and the like. The program gets the answers as they came.

    Args:
        path: the file.
        secrets: more names to hide; case, `-` and `_` do not matter.

    >>> import kont, pathlib, tempfile
    >>> from kont.std import Http, HttpResponse, http_recorded, http_replayed, http_scripted
    >>> server = http_scripted({"https://example.org/?token=hunter2": HttpResponse(200, b"hello")})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "requests.jsonl")
    ...     one = kont.run(Http("https://example.org/?token=hunter2"), http_recorded(file), server)
    ...     two = kont.run(Http("https://example.org/?token=other"), http_replayed(file))
    ...     "hunter2" in file.read_text()
    False
    >>> one == two
    True
    """
    file = Path(path)
    names = _names([*SECRETS, *secrets])
    begun = False

    def add(line: Mapping[str, Any]) -> None:
        nonlocal begun
        with file.open("a" if begun else "w", encoding="utf-8") as out:
            if not begun:
                out.write(json.dumps({"kont http": VERSION, "secrets": sorted(names)}) + "\n")
            out.write(json.dumps(line) + "\n")
        begun = True

    @handler(Http)
    def http_recorded(effect: Http) -> Generator[Any, Any, HttpResponse]:
        entry: dict[str, Any] = {"request": _request(effect, names)}
        try:
            response: HttpResponse = yield effect
        except HttpError as error:
            message = str(error).replace(effect.url, entry["request"]["url"])
            add({**entry, "error": message, "timeout": isinstance(error, HttpTimeout)})
            raise
        add({**entry, "response": _response(response, names)})
        return response

    return http_recorded


def http_replayed(path: str | os.PathLike[str]) -> _kont.Handler[Http, Never]:
    """Answers `Http` from a file of `http_recorded`, with no network.

    Each request takes the first recorded answer to the same method, address and body that was not taken yet; what is
    hidden in the file does not count.

    Raises:
        UsageError: this is no such file.
        HttpError: at the `Http`, if none is left; and what was recorded as an error.
    """
    name = os.fspath(path)
    try:
        first, *entries = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line]
        version, names = first["kont http"], frozenset(first["secrets"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{name} is no recording of `http_recorded`: {error}") from error
    if version != VERSION:
        raise UsageError(f"{name} is a recording of another version of kont\nhelp: record it again")

    @handler(Http)
    def http_replayed(effect: Http) -> HttpResponse:
        wanted = _request(effect, names)
        for place, entry in enumerate(entries):
            if entry["request"] == wanted:
                del entries[place]
                break
        else:
            left = ", ".join(f"`{one['request']['method']} {one['request']['url']}`" for one in entries[:5])
            raise HttpError(
                f"no answer to `{effect.method} {wanted['url']}` is left in {name}, which has {left or 'no more answers'}\n"
                "help: record it again"
            )
        if "error" in entry:
            raise (HttpTimeout if entry["timeout"] else HttpError)(entry["error"])
        found = entry["response"]
        return HttpResponse(found["status"], _decoded(found["body"]), found["headers"])

    return http_replayed


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower().replace("-", "").replace("_", "") for name in names)


def _is_secret(name: str, names: frozenset[str]) -> bool:
    return not names.isdisjoint(_names([name]))


def _request(effect: Http, names: frozenset[str]) -> dict[str, Any]:
    parts = urlsplit(effect.url)
    place = parts.netloc.rpartition("@")
    netloc = f"{HIDDEN}@{place[2]}" if place[1] else parts.netloc
    url = urlunsplit((parts.scheme, netloc, parts.path, _hide_pairs(parts.query, names), ""))
    return {"method": effect.method.upper(), "url": url, "body": _encoded(_hide_body(effect.body, names))}


def _response(response: HttpResponse, names: frozenset[str]) -> dict[str, Any]:
    headers = {name: HIDDEN if _is_secret(name, names) else value for name, value in response.headers.items()}
    return {"status": response.status, "body": _encoded(_hide_body(response.body, names)), "headers": headers}


def _hide_pairs(text: str, names: frozenset[str]) -> str:
    """A query or a form, without secrets; as it is if there is none."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(_is_secret(name, names) for name, _ in pairs):
        return text
    return urlencode([(name, HIDDEN if _is_secret(name, names) else value) for name, value in pairs], safe="*")


def _hide_body(body: bytes, names: frozenset[str]) -> bytes:
    """A body of JSON or of a form, without secrets; any other as it is."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        is_form = "=" in text and not any(one in text for one in " \n<{")
        return _hide_pairs(text, names).encode() if is_form else body
    hidden = _hide(found, names)
    # What has no secret stays as it came, to the last space.
    return body if hidden == found else json.dumps(hidden).encode()


def _hide(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(name, names) else _hide(one, names) for name, one in value.items()}
    return [_hide(one, names) for one in value] if isinstance(value, list) else value


def _encoded(body: bytes) -> Any:
    """Text as it is, so that people can read the file; anything else in base64."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _decoded(body: Any) -> bytes:
    return base64.b64decode(body["base64"]) if isinstance(body, dict) else str(body).encode("utf-8")
