"""HTTP as an effect: the client's handler, and a scripted double."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Never

from kont import _kont
from kont.effects import Effect
from kont.errors import KontError, UsageError
from kont.handling import handler
from kont.rows import Answered

__all__ = ["Http", "HttpError", "HttpResponse", "HttpTimeout", "http", "http_scripted"]


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

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

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

    __kont_handler__: ClassVar[str] = "kont.std.http()"
    url: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, url: str, data: Any, method: str = "POST", headers: Mapping[str, str] = MappingProxyType({})) -> Http:
        """A request with a body of JSON.

        >>> from kont.std import Http
        >>> Http.of_json("https://example.org/", {"n": 1})
        Http(url='https://example.org/', method='POST', body=b'{"n": 1}', headers={'content-type': 'application/json'})
        """
        return cls(url, method, json.dumps(data).encode(), {"content-type": "application/json", **headers})


class HttpError(KontError):
    """A request got no answer that can be used: the server cannot be reached, or the answer is too large."""


class HttpTimeout(HttpError):
    """A request got no answer in time."""


def http(
    *,
    timeout_s: float = 30.0,
    total_s: float | None = None,
    body_bytes_max: int = 64 * 1024 * 1024,
    connections: int = 10,
) -> _kont.Handler[Http, Answered]:
    """Answers `Http` with the client `urllib3`, which `pip install 'kont[http]'` brings.

    Each request is in a thread, so that other tasks go on meanwhile; connections stay open for the next request. Only
    `http:` and `https:` are taken, and redirections are followed to these only. What says who asks, the headers
    `Authorization`, `Cookie` and `Proxy-Authorization`, does not go along to another origin.

    Args:
        timeout_s: how long a server may be silent.
        total_s: how long a request may take with its redirections and all of its answer; None means no limit.
        body_bytes_max: how many bytes an answer may have, when it is unpacked.
        connections: how many connections to one server stay open.

    Raises:
        UsageError: `urllib3` is not installed.
    """
    for name, value in (("timeout_s", timeout_s), ("total_s", total_s), ("body_bytes_max", body_bytes_max)):
        if value is not None and not value > 0:
            raise UsageError(f"`{name}` is more than 0, not {value}")
    # Looked for where a program is put together, and imported where it needs the network.
    if importlib.util.find_spec("urllib3") is None:
        raise UsageError("`http` needs the package urllib3\nhelp: `pip install 'kont[http]'`")
    made: list[Any] = []

    @handler(Http)
    def http(effect: Http) -> Generator[Any, Any, HttpResponse]:
        if not effect.url.lower().startswith(("http://", "https://")):
            raise UsageError(f"`{effect.url}` is no address of the web\nhelp: it begins with `https://`")
        from kont.std.client import Bounds, Client

        if not made:
            made.append(Client(Bounds(timeout_s, total_s, body_bytes_max), connections))
        return (yield from made[0].answer(effect))

    return http


def http_scripted(script: Mapping[Any, Any]) -> _kont.Handler[Http, Never]:
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
