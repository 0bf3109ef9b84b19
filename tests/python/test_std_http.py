"""Http: the client against a server on this machine, and the doubles that need none."""

import asyncio
import gzip
import http.server
import importlib.util
import threading
import types

import pytest
from in_order import in_order

import kont
from kont.std import (
    Http,
    HttpError,
    HttpResponse,
    HttpTimeout,
    Try,
    http_recorded,
    http_replayed,
    http_scripted,
    trying,
)
from kont.std import http as http_client


@pytest.fixture
def site():
    """A server on this machine; `site.seen` has the headers of each request."""
    seen = []

    stop = threading.Event()

    class Page(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            seen.append(types.SimpleNamespace(client=self.client_address, line=f"{self.command} {self.path}", headers=dict(self.headers)))
            text, status, headers = f"{self.command} {self.path} {body.decode()}".encode(), 200, {"X-Kind": "test"}
            match self.path.split("/")[1]:
                case "missing":
                    status = 404
                case "away":
                    status, headers = 302, {"Location": f"http://localhost:{self.server.server_port}/"}
                case "file" | "ftp" as scheme:
                    status, headers = 302, {"Location": f"{scheme}://127.0.0.1:1/"}
                case "other" | "same" as kind:
                    status, headers = 302 if kind == "other" else 307, {"Location": "/there"}
                case "loop":
                    status, headers = 301, {"Location": "/loop"}
                case "zeros":
                    text, headers = gzip.compress(bytes(10**7)), {"Content-Encoding": "gzip"}
                case "silent":
                    stop.wait()
                case "drops":
                    self.send_response(200)
                    self.send_header("Content-Length", str(10**9))
                    self.end_headers()
                    try:
                        while not stop.wait(0.01):
                            self.wfile.write(b"x" * 100)
                    except OSError:
                        pass
                    return
                case "short":
                    self.send_response(200)
                    self.send_header("Content-Length", "100")
                    self.end_headers()
                    self.wfile.write(b"x")
                    self.close_connection = True
                    return
            if self.command == "HEAD":
                text = b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_HEAD = answer

        def log_message(self, *args):
            pass

        def log_error(self, *args):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            pass

    with Server(("127.0.0.1", 0), Page) as running:
        thread = threading.Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield types.SimpleNamespace(url=f"http://127.0.0.1:{running.server_port}", seen=seen)
        stop.set()
        running.shutdown()
        thread.join()


def test_the_client_gets_answers(site):
    program = in_order(Http(site.url + "/a"), Http(site.url, "post", b"data"), Http(site.url + "/missing"))
    got, posted, missing = kont.run(program, http_client())
    assert (got.status, got.text(), got.headers["x-kind"]) == (200, "GET /a ", "test")
    assert posted.text() == "POST / data"
    assert missing.status == 404


def test_the_client_on_a_running_loop(site):
    async def requests():
        return await asyncio.gather(*(kont.run_async(Http(f"{site.url}/{n}"), http_client()) for n in range(3)))

    assert [answer.text() for answer in asyncio.run(requests())] == ["GET /0 ", "GET /1 ", "GET /2 "]


def test_secrets_do_not_follow_to_another_origin(site):
    secrets = {"Authorization": "Bearer secret", "cookie": "secret", "X-Own": "kept"}
    assert kont.run(Http(site.url + "/away", headers=secrets), http_client()).status == 200
    first, second = (one.headers for one in site.seen)
    assert first["Authorization"] == "Bearer secret"
    assert "secret" not in str(second)
    assert second["X-Own"] == "kept"


def test_connections_are_used_again(site):
    kont.run(in_order(Http(site.url + "/a"), Http(site.url + "/b"), Http(site.url, "HEAD"), Http(site.url)), http_client())
    assert len(site.seen) == 4
    assert len({one.client for one in site.seen}) == 1


def test_other_tasks_go_on_while_one_waits_for_the_network(site):
    client = http_client()

    async def program():
        silent = await kont.Spawn(Http(site.url + "/silent"))
        answer = await Http(site.url + "/a")
        await kont.Cancel(silent)
        return answer

    assert kont.run(program(), client).text() == "GET /a "


def test_a_redirection_takes_the_body_along_only_where_it_should(site):
    other, same = kont.run(in_order(Http(site.url + "/other", "POST", b"x"), Http(site.url + "/same", "POST", b"x")), http_client())
    assert (other.text(), same.text()) == ("GET /there ", "POST /there x")
    with pytest.raises(HttpError, match="more than 10 times"):
        kont.run(Http(site.url + "/loop"), http_client())


def test_a_server_that_says_nothing_is_left(site):
    with pytest.raises(HttpTimeout, match="in time"):
        kont.run(Http(site.url + "/silent"), http_client(timeout_s=0.05))


def test_a_server_that_sends_drop_by_drop_is_left(site):
    with pytest.raises(HttpTimeout, match="longer than 0.2 seconds"):
        kont.run(Http(site.url + "/drops"), http_client(total_s=0.2))


def test_an_answer_that_is_too_large_is_not_taken(site):
    assert len(kont.run(Http(site.url + "/zeros"), http_client()).body) == 10**7
    with pytest.raises(HttpError, match="more than 100000 bytes"):
        kont.run(Http(site.url + "/zeros"), http_client(body_bytes_max=100_000))
    with pytest.raises(HttpError, match="more than 1000 bytes"):
        kont.run(Http(site.url + "/drops"), http_client(body_bytes_max=1000))


def test_half_an_answer_is_none(site):
    with pytest.raises(HttpError, match="got no answer"):
        kont.run(Http(site.url + "/short"), http_client())


def test_the_network_takes_its_time_in_virtual_time_too(site):
    async def program():
        answer = await kont.Spawn(Http(site.url + "/a"))
        async with kont.timeout(60):
            return (await answer).status, await kont.Monotonic()

    assert kont.run(program(), http_client(), virtual_time=True) == (200, 0.0)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(kont.UsageError, match=r"pip install 'kont\[http\]'"):
        http_client()


def test_bounds_that_allow_nothing_are_refused():
    for wrong in ({"timeout_s": 0}, {"total_s": -1}, {"body_bytes_max": 0}):
        with pytest.raises(kont.UsageError, match="more than 0"):
            http_client(**wrong)


def test_the_client_stays_in_the_web(site):
    for path in ("/file", "/ftp"):
        assert kont.run(Http(site.url + path), http_client()).status == 302
    with pytest.raises(kont.UsageError, match="no address of the web"):
        kont.run(Http("file:///etc/passwd"), http_client())


def test_no_answer_is_an_error(site):
    url = site.url
    closed = "http://127.0.0.1:1/"
    for wrong in (closed, url.replace("127.0.0.1", "127.0.0.1 x")):
        with pytest.raises(HttpError, match="got no answer"):
            kont.run(Http(wrong), http_client())


def test_the_script_answers_requests():
    error = HttpError("down")
    double = http_scripted(
        {
            "http://x/": HttpResponse(200, b"any"),
            "POST http://x/": lambda request: HttpResponse(201, request.body),
            "http://x/twice": [HttpResponse(500), HttpResponse(200)],
            "http://x/down": error,
        }
    )
    program = in_order(
        Http("http://x/"),
        Http("http://x/", "POST", b"made"),
        Http("http://x/twice"),
        Http("http://x/twice"),
        Try(Http("http://x/twice")),
        Try(Http("http://x/down")),
        Try(Http("http://x/other")),
    )
    answers = kont.run(program, trying, double)
    assert [answer.status for answer in answers[:4]] == [200, 201, 500, 200]
    assert answers[1].body == b"made"
    assert "more often" in str(answers[4].error)
    assert answers[5].error is error
    assert "nothing is scripted for `GET http://x/other`" in str(answers[6].error)


def test_responses_are_read_by_their_encoding():
    response = HttpResponse(200, "é".encode("latin-1"), {"content-type": 'text/plain; charset="latin-1"; x=y'})
    assert response.text() == "é"
    assert HttpResponse(200, b'{"a": [1]}').json() == {"a": [1]}


def recording(tmp_path, answers, *programs, **options):
    """What programs get while it is recorded, what they get from the recording, and the recording."""
    file = tmp_path / "requests.jsonl"
    first = kont.run(in_order(*programs), trying, http_recorded(file, **options), http_scripted(answers))
    again = kont.run(in_order(*programs), trying, http_replayed(file))
    return first, again, file.read_text()


def test_what_was_recorded_is_replayed_in_order(tmp_path):
    answers = {
        "http://x/": [HttpResponse(200, b"\xff", {"x": "y"}), HttpResponse(500)],
        "http://x/down": HttpError("down"),
        "http://x/late": HttpTimeout("late"),
    }
    programs = [Http("http://x/"), Try(Http("http://x/down")), Http("http://x/"), Try(Http("http://x/late")), Try(Http("http://x/", "POST"))]
    first, again, _ = recording(tmp_path, answers, *programs)
    assert again[0] == first[0] == HttpResponse(200, b"\xff", {"x": "y"})
    assert again[2] == first[2] == HttpResponse(500)
    for place in (1, 3):
        assert (type(again[place].error), str(again[place].error)) == (type(first[place].error), str(first[place].error))
    assert type(again[3].error) is HttpTimeout
    with pytest.raises(HttpError, match="no answer to `GET http://x/` is left"):
        kont.run(in_order(*[Http("http://x/")] * 3), http_replayed(tmp_path / "requests.jsonl"))


def test_secrets_are_not_recorded(tmp_path):
    url = "http://user:hunter2@x/path?token=hunter2&page=3"
    form = b"user=bob&client_secret=hunter2&own=hunter2"
    answer = HttpResponse(200, b'{"access_token": "hunter2", "list": [{"Api-Key": "hunter2"}], "n": 1}', {"set-cookie": "hunter2", "x": "y"})
    answers = {
        f"POST {url}": answer,
        "http://x/text": HttpResponse(200, b"plain = text"),
        "http://x/json": HttpResponse(200, b'{"n":  1,\n"m": [] }'),
        "http://x/?api_key=hunter2": HttpError("`GET http://x/?api_key=hunter2` got no answer"),
    }
    programs = [
        Http(url, "POST", form, {"Authorization": "hunter2"}),
        Http("http://x/text"),
        Try(Http("http://x/?api_key=hunter2")),
        Http("http://x/json"),
    ]
    first, again, text = recording(tmp_path, answers, *programs, secrets=["OWN"])
    assert "hunter2" not in text
    assert first[0] == answer, "the program got what came"
    assert again[0].json() == {"access_token": "***", "list": [{"Api-Key": "***"}], "n": 1}
    assert again[0].headers == {"set-cookie": "***", "x": "y"}
    assert again[1] == first[1] == HttpResponse(200, b"plain = text")
    assert isinstance(again[2].error, HttpError)
    assert again[3] == first[3], "what has no secret is as it came, to the last space"


def test_a_recording_begins_anew_and_is_replayed_with_other_secrets(tmp_path):
    for number in range(2):
        recording(tmp_path, {"http://x/?token=a": HttpResponse(200, b"%d" % number)}, Http("http://x/?token=a"))
    file = tmp_path / "requests.jsonl"
    assert kont.run(Http("http://x/?token=b"), http_replayed(file)).text() == "1"


def test_what_is_no_recording_is_refused(tmp_path):
    file = tmp_path / "other"
    for text in ("", "{}", "text", '{"kont http": 0, "secrets": []}', "[]"):
        file.write_text(text)
        with pytest.raises(kont.UsageError, match="recording"):
            http_replayed(file)


def test_success_is_a_status_from_200():
    assert [HttpResponse(status).ok for status in (199, 200, 299, 300, 404)] == [False, True, True, False, False]
