"""One link puts a browser into a session and a scenario, a dev server's proxy in between or not."""

import http.cookiejar
import http.server
import json
import threading
import urllib.request
from urllib.parse import quote

import pytest

from support.mock_calls import admin, send, status_of


def used(url, query):
    return send(url, f"/__admin/use?{query}")


def test_link_settles_a_session_and_names_it_in_a_cookie(mock):
    answer = used(mock.url, "scenario=release&session=anna&clock=polls")

    settled = {"session": "anna", "scenario": "release", "clock": "polls"}
    assert answer.json == {**settled, "task": None, "url": None, "next": None}
    assert answer.headers["Set-Cookie"] == "taskmock_session=anna; HttpOnly; Path=/; SameSite=Lax"
    assert admin(mock.url, "/sessions/anna") == {
        "name": "anna",
        "scenario": "release",
        "clock": "polls",
        "speed": None,
        "tasks": [],
    }


def test_link_sends_the_browser_on_to_a_relative_place(mock):
    answer = used(mock.url, "session=anna&next=/tasks/10%3Ftab%3Dlog%23end")

    assert (answer.status, answer.headers["Location"]) == (303, "/tasks/10?tab=log#end")


def test_link_without_a_session_makes_a_new_one_each_time(mock):
    one, two = (used(mock.url, "").json["session"] for _ in range(2))

    assert one != two


def test_link_begins_afresh_however_often_it_is_used(mock):
    used(mock.url, "session=anna&clock=polls")
    cookie = {"Cookie": "taskmock_session=anna"}
    first = [send(mock.url, status_of(), headers=cookie).body for _ in range(3)]
    used(mock.url, "session=anna&clock=polls")

    assert [send(mock.url, status_of(), headers=cookie).body for _ in range(3)] == first


@pytest.mark.parametrize("name", ["a;Domain=evil", 'a"b', "a,b", "a=b", "a\\b", "{a}"])
def test_cookie_carries_any_name_and_nothing_else(mock, name):
    answer = used(mock.url, f"session={quote(name)}")
    pair, _, attributes = answer.headers["Set-Cookie"].partition("; ")

    assert attributes == "HttpOnly; Path=/; SameSite=Lax"
    assert send(mock.url, status_of(), headers={"Cookie": pair}).headers["X-Mock-Session"] == name


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\/evil.example/",
        "/a\\b",
        "javascript:alert(1)",
        "tasks/10",
        "",
        "/a\r\nSet-Cookie: b=c",
        "/\t/evil.example",
        "/\u00e9",
        "http://[::1",
        "///evil.example",
    ],
)
def test_next_that_leads_elsewhere_is_refused(mock, target):
    answer = used(mock.url, f"session=anna&next={quote(target)}")

    assert (answer.status, answer.json) == (
        400,
        {"error": f"next {target!r} leads elsewhere", "allowed": "a path of this site, such as /tasks/10"},
    )
    assert mock.app.playback.store.sessions() == ()


@pytest.mark.parametrize(
    ("query", "status"), [("scenario=nothing", 404), ("clock=walls", 400), ("session=a%20b", 400), ("nxt=/", 400)]
)
def test_link_that_cannot_be_changes_nothing(mock, query, status):
    answer = used(mock.url, f"{query}")

    assert answer.status == status
    assert "Set-Cookie" not in answer.headers
    assert mock.app.playback.store.sessions() == ()


class Proxy(http.server.BaseHTTPRequestHandler):
    """A dev server that forwards `/api` and `/__admin` and serves pages of its own, as Vite's or webpack's does."""

    behind = ""

    def do_GET(self):
        if not self.path.startswith(("/api", "/__admin")):
            answer = (200, {"Content-Type": "text/html"}, b"<title>the app</title>")
        else:
            forwarded = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            got = send(self.behind, self.path, headers=forwarded)
            answer = (got.status, got.headers, got.body)
        self.send_response(answer[0])
        for name, value in answer[1].items():
            if name.lower() not in {"content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer[2])))
        self.end_headers()
        self.wfile.write(answer[2])

    def log_message(self, *_):
        pass


@pytest.fixture
def dev_server(mock):
    handler = type("DevServer", (Proxy,), {"behind": mock.url})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_link_works_through_a_dev_server(mock, dev_server):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    browser.addheaders = [("Sec-Fetch-Site", "none")]

    with browser.open(f"{dev_server}/__admin/use?scenario=release&session=anna&next=/tasks/10") as page:
        landed = (page.url, page.read())
    with browser.open(dev_server + status_of()) as answer:
        session, state = answer.headers["X-Mock-Session"], json.load(answer)["data"]["state"]

    assert landed == (f"{dev_server}/tasks/10", b"<title>the app</title>")
    assert (session, state) == ("anna", "CREATED")
