"""HTTP as an effect: a client, a scripted double, and recordings."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kont import _kont
from kont.effects import Await, Effect
from kont.errors import KontError, UsageError
from kont.handling import handler

__all__ = ["Http", "HttpError", "HttpResponse", "http", "http_recorded", "http_replayed", "http_scripted"]


@dataclass(frozen=True)
class HttpResponse:
    """What a server answered.

    Attributes:
        status: the status, such as 200. A status of failure is an answer too: nothing is raised for it.
        body: the bytes of the content.
        headers: the headers, with names in lower case.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The content as text, in the encoding that the headers name, or else UTF-8."""
        kind = self.headers.get("content-type", "")
        _, _, encoding = kind.partition("charset=")
        return self.body.decode(encoding.partition(";")[0].strip(" \"'") or "utf-8")

    def json(self) -> Any:
        """The content read as JSON."""
        return json.loads(self.body)


class Http(Effect[HttpResponse]):
    """A request. `HttpError` is raised when there is no answer."""

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpError(KontError):
    """A request got no answer: the server cannot be reached, or did not answer in time."""


def http(*, timeout_s: float = 30.0) -> _kont.Handler:
    """Answers `Http` with Python's own client, in a thread, so that other programs go on meanwhile.

    Only `http:` and `https:` are taken, and redirections are followed to these only. What says who asks, the headers
    `Authorization`, `Cookie` and `Proxy-Authorization`, does not go along to another origin.

    Args:
        timeout_s: how long a server may be silent.
    """

    @handler(Http)
    def http(effect: Http) -> Generator[Any, Any, HttpResponse]:
        if not effect.url.lower().startswith(("http://", "https://")):
            raise UsageError(f"`{effect.url}` is no address of the web\nhelp: it begins with `https://`")
        # Only programs that use the network pay for importing these.
        import asyncio

        from kont.std import client

        response: HttpResponse = yield Await(asyncio.to_thread(client.send, effect, timeout_s))
        return response

    return http


def http_scripted(script: Mapping[Any, Any]) -> _kont.Handler:
    """Answers `Http` from a table: the double for tests. A request that is not in it raises `HttpError`.

    Args:
        script: by `"METHOD url"` or by url, what is answered: an `HttpResponse`; an exception, which is raised; a
            function of the request that gives one of these; or a list of these, one for each request.

    >>> import kont
    >>> from kont.std import Http, HttpResponse, http_scripted
    >>> double = http_scripted({"https://example.org/": HttpResponse(200, b"hello")})
    >>> kont.run(Http("https://example.org/"), double).text()
    'hello'
    """
    kept = {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in script.items()}

    @handler(Http)
    def http_scripted(effect: Http) -> HttpResponse:
        named = f"{effect.method} {effect.url}"
        name = named if named in kept else effect.url
        if name not in kept:
            raise HttpError(f"nothing is scripted for `{named}`\nhelp: the script has {', '.join(map(repr, kept)) or 'nothing'}")
        answer = kept[name]
        if isinstance(answer, list):
            if not answer:
                raise HttpError(f"the script for `{named}` has ended: it was asked for more often than it has answers")
            answer = answer.pop(0)
        if callable(answer) and not isinstance(answer, (HttpResponse, BaseException, type)):
            answer = answer(effect)
        if isinstance(answer, BaseException) or isinstance(answer, type) and issubclass(answer, BaseException):
            raise answer
        if not isinstance(answer, HttpResponse):
            raise UsageError(f"the script for `{named}` has {answer!r}\nhelp: give an `HttpResponse` or an exception")
        return answer

    return http_scripted


def http_recorded(path: str | os.PathLike[str]) -> _kont.Handler:
    """Lets `Http` go outward, and adds each request with its answer to a file, for `http_replayed`.

    Headers of requests are left out of the file: that is where secrets are. What a server says is in it as it came.
    """
    file = Path(path)

    @handler(Http)
    def http_recorded(effect: Http) -> Generator[Any, Any, HttpResponse]:
        entry: dict[str, Any] = {"request": _request(effect)}
        try:
            response: HttpResponse = yield effect
        except HttpError as error:
            _add(file, {**entry, "error": str(error)})
            raise
        _add(file, {**entry, "response": _response(response)})
        return response

    return http_recorded


def http_replayed(path: str | os.PathLike[str]) -> _kont.Handler:
    """Answers `Http` from a file of `http_recorded`, with no network.

    Each request takes the first recorded answer to the same method, url and body that was not taken yet.

    Raises:
        HttpError: at the `Http`, if none is left; and what was recorded as an error.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line]

    @handler(Http)
    def http_replayed(effect: Http) -> HttpResponse:
        wanted = _request(effect)
        for place, entry in enumerate(entries):
            if entry["request"] == wanted:
                del entries[place]
                break
        else:
            raise HttpError(
                f"no answer to `{effect.method} {effect.url}` is left in {os.fspath(path)}\nhelp: record it again"
            )
        if "error" in entry:
            raise HttpError(entry["error"])
        found = entry["response"]
        return HttpResponse(found["status"], base64.b64decode(found["body"]), found["headers"])

    return http_replayed


def _request(effect: Http) -> dict[str, Any]:
    body = base64.b64encode(effect.body).decode("ascii")
    return {"method": effect.method, "url": effect.url, "body": body}


def _response(response: HttpResponse) -> dict[str, Any]:
    body = base64.b64encode(response.body).decode("ascii")
    return {"status": response.status, "body": body, "headers": dict(response.headers)}


def _add(file: Path, entry: dict[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")
