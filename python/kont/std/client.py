"""The HTTP client: one request with Python's own `urllib`, which blocks."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from kont.std.web import Http, HttpError, HttpResponse

__all__ = ["send"]

SECRET = ("Authorization", "Cookie", "Proxy-authorization")


class _Redirect(urllib.request.HTTPRedirectHandler):
    """urllib would follow to `ftp:`, and take the headers along to any host."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme not in ("http", "https"):
            return None
        again = super().redirect_request(req, fp, code, msg, headers, newurl)
        if again is not None and _origin(newurl) != _origin(req.full_url):
            for name in SECRET:
                again.remove_header(name)
        return again


def send(effect: Http, timeout_s: float) -> HttpResponse:
    """Sends a request and waits for the whole answer.

    Raises:
        HttpError: there is none.
    """
    opener = urllib.request.build_opener(_Redirect)
    try:
        request = urllib.request.Request(
            effect.url, data=effect.body or None, headers=dict(effect.headers), method=effect.method
        )
        with opener.open(request, timeout=timeout_s) as answer:
            return _read(answer)
    except urllib.error.HTTPError as answer:
        # A status of failure is an answer here.
        with answer:
            return _read(answer)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise HttpError(f"`{effect.method} {effect.url}` got no answer: {reason}") from error


def _read(answer: Any) -> HttpResponse:
    return HttpResponse(answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()})


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
