"""The HTTP client: requests on the pooled connections of `urllib3`, each in a thread of its own."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from kont.std.web import Http, HttpError, HttpResponse, HttpTimeout
from kont.threads import Thread

__all__ = ["Bounds", "Client"]

# What says who asks does not go along to another origin.
SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
# After these a browser asks with GET, without the body.
SEE_OTHER = frozenset({301, 302, 303})
REDIRECTIONS = SEE_OTHER | {307, 308}
REDIRECTIONS_MAX = 10
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Bounds:
    """How long a request may take and how large its answer may be."""

    silence_s: float
    total_s: float | None
    body_bytes_max: int


class _Call:
    """One request, on its way in a thread."""

    def __init__(self, effect: Http, bounds: Bounds) -> None:
        self.effect = effect
        self.bounds = bounds
        self.name = f"`{effect.method} {effect.url}`"
        self.until = None if bounds.total_s is None else time.monotonic() + bounds.total_s
        # Set when nobody waits any more.
        self.given_up = False

    def left_s(self) -> float:
        """For how long the server may be silent now."""
        if self.given_up:
            raise HttpError(f"{self.name} was given up")
        if self.until is None:
            return self.bounds.silence_s
        left_s = self.until - time.monotonic()
        if left_s <= 0:
            raise HttpTimeout(f"{self.name} took longer than {self.bounds.total_s} seconds")
        return min(left_s, self.bounds.silence_s)


class Client:
    """Connections that stay open for the next request to the same server."""

    def __init__(self, bounds: Bounds, connections: int) -> None:
        self.bounds = bounds
        self.pools: dict[str | None, urllib3.PoolManager] = {}
        self.connections = connections

    def answer(self, effect: Http) -> Generator[Any, Any, HttpResponse]:
        """Sends a request, and lets other tasks go on meanwhile."""
        call = _Call(effect, self.bounds)
        try:
            response: HttpResponse = yield Thread("kont http").call(self._send, call)
        except BaseException:
            call.given_up = True
            raise
        return response

    def _send(self, call: _Call) -> HttpResponse:
        effect = call.effect
        method, url, body = effect.method.upper(), effect.url, effect.body
        headers = dict(effect.headers)
        if not any(name.lower() == "user-agent" for name in headers):
            headers["User-Agent"] = "kont"
        for _ in range(1 + REDIRECTIONS_MAX):
            response = self._exchange(call, method, url, body, headers)
            target = response.headers.get("location")
            if response.status not in REDIRECTIONS or target is None:
                return response
            to = urljoin(url, target)
            if urlsplit(to).scheme not in ("http", "https"):
                return response
            if response.status in SEE_OTHER and method not in ("GET", "HEAD"):
                method, body = "GET", b""
                headers = _without(headers, frozenset({"content-type", "content-length"}))
            if _origin(to) != _origin(url):
                headers = _without(headers, SECRET)
            url = to
        raise HttpError(f"{call.name} was sent on more than {REDIRECTIONS_MAX} times")

    def _exchange(self, call: _Call, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
        try:
            response = self._pool(url).request(
                method,
                url,
                body=body or None,
                headers=headers,
                timeout=urllib3.Timeout(connect=call.left_s(), read=call.left_s()),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            return _read(call, response)
        except urllib3.exceptions.TimeoutError as error:
            raise HttpTimeout(f"{call.name} got no answer in time: {error}") from error
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise HttpError(f"{call.name} got no answer: {error}") from error

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        proxy = getproxies().get(parts.scheme)
        if proxy is not None and proxy_bypass(parts.netloc):
            proxy = None
        pool = self.pools.get(proxy)
        if pool is None:
            size: dict[str, Any] = {"maxsize": self.connections, "num_pools": 2 * self.connections}
            made = urllib3.PoolManager(**size) if proxy is None else urllib3.ProxyManager(proxy, **size)
            # Two threads may have made one at the same time: one of them is kept.
            pool = self.pools.setdefault(proxy, made)
        return pool


def _read(call: _Call, response: urllib3.BaseHTTPResponse) -> HttpResponse:
    whole = bytearray()
    try:
        # What is there is taken at once, so that a server that sends drop by drop is seen to take too long.
        while chunk := response.read1(CHUNK_BYTES, decode_content=True):
            whole += chunk
            if len(whole) > call.bounds.body_bytes_max:
                raise HttpError(
                    f"{call.name} has an answer of more than {call.bounds.body_bytes_max} bytes\n"
                    "help: `http(body_bytes_max=...)` allows for more"
                )
            call.left_s()
    except BaseException:
        # What is left of the answer is not read: the connection is of no use to anybody. One that was read to its end
        # has gone back to the pool by itself.
        response.close()
        raise
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HttpResponse(response.status, bytes(whole), headers)


def _without(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
