"""What pages of a real browser can do with a mock: those of localhost all that a client does, others nothing."""

import http.server
import threading
from urllib.parse import urlsplit

import pytest

from support.browser_window import open_window
from support.mock_calls import admin, send, status_of
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.mock_server import MockServer

ASK = """async (url, options) => {
  try {
    const answer = await fetch(url, options), body = options?.mode === "no-cors" ? null : await answer.json();
    return [answer.status, answer.headers.get("X-Mock-Session"), body && body.data?.state];
  } catch (error) { return error.name; }
}"""
TRY_ALL = """async url => {
  const done = [];
  const settled = (element, ...events) => new Promise(resolve => {
    for (const event of events) element.addEventListener(event, () => resolve(event));
    document.body.append(element);
  });
  const made = (name, more) => Object.assign(document.createElement(name), more);
  done.push(await settled(made("img", {src: url}), "load", "error"));
  done.push(await settled(made("script", {src: url}), "load", "error"));
  await settled(made("iframe", {src: url}), "load");
  const frame = made("iframe", {name: url}), form = made("form", {method: "post", action: url, target: url});
  await settled(frame, "load");
  document.body.append(form);
  const posted = new Promise(resolve => frame.addEventListener("load", resolve));
  form.submit();
  await posted;
  const failed = options => fetch(url, options).then(() => "answered", error => error.name);
  done.push(await failed(), await failed({method: "POST", body: "{}"}), await failed({credentials: "include"}));
  done.push(await failed({method: "POST", headers: {"X-Mock-Session": "a"}}));
  for (const method of ["GET", "POST"]) await failed({method, mode: "no-cors", credentials: "include"});
  return done;
}"""


class Pages(http.server.BaseHTTPRequestHandler):
    """A site with empty pages; where it forwards calls, it does so as Vite's dev server does."""

    behind, changes_origin = "", False

    def do_GET(self):
        status, kind, body = 200, "text/html", b"<title>a page</title>"
        if self.behind and self.path.startswith(("/api", "/__admin")):
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            headers["Host"] = urlsplit(self.behind).netloc if self.changes_origin else self.headers["Host"]
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got = send(self.behind, self.path, self.command, sent or None, headers)
            status, kind, body = got.status, got.headers["Content-Type"], got.body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the server's word

    def log_message(self, *_):
        pass


@pytest.fixture
def serve_pages():
    servers = []

    def served(**more):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Site", (Pages,), more))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return server.server_port

    yield served
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with open_window(tmp_path_factory.mktemp("profile"), hosts="*.example") as opened:
        yield opened


@pytest.fixture
def mock():
    with MockServer(clock=ManualClock()) as server:
        yield server


def nothing_happened(mock):
    return mock.requests() == () and admin(mock.url, "/sessions") == {"sessions": []}


def test_page_on_another_port_of_localhost_calls_with_and_without_credentials(window, mock, serve_pages):
    url = mock.url.replace("127.0.0.1", "localhost")
    window.show(f"{url}/__admin/use?session=anna&next=/")
    window.show(f"http://localhost:{serve_pages()}/")

    def ask(options):
        return window.run(f"({ASK})('{url}{status_of()}', {options})")

    assert ask("{}") == [200, "default", "CREATED"]
    assert ask("{credentials: 'include'}") == [200, "anna", "CREATED"]
    assert ask("{headers: {'X-Mock-Session': 'bob'}}") == [200, "bob", "CREATED"]
    assert len(mock.requests()) == 3
    assert window.run(f"({ASK})('{url}/__admin/health')") == "TypeError"


def test_page_of_another_site_changes_counts_and_reads_nothing(window, mock, serve_pages):
    window.show(f"http://evil.example:{serve_pages()}/")

    for target in (status_of(), "/__admin/use?session=anna", "/__admin/reset"):
        assert window.run(f"({TRY_ALL})('{mock.url}{target}')") == ["error", "error", *["TypeError"] * 4]
    assert nothing_happened(mock)


def test_rebound_name_reads_nothing_but_the_option(window, mock):
    window.show(mock.url.replace("127.0.0.1", "rebound.example") + status_of())

    assert "--allow-host rebound.example" in window.run("document.body.innerText")
    assert window.run(f"({ASK})('{status_of()}')") == [421, None, None]
    assert nothing_happened(mock)


def test_link_on_another_page_asks_first(window, mock, serve_pages):
    window.show(f"http://wiki.example:{serve_pages()}/")
    link = f"{mock.url}/__admin/use?session=a%26%3Cb%3E&scenario=big-1000&next=/__admin/sessions%3F"
    window.follow(f"location = '{link}'")

    assert window.run("document.querySelector('h1').innerText") == "Open session a&<b> with scenario big-1000?"
    assert nothing_happened(mock)

    window.follow("document.querySelector('a').click()")

    assert window.run("location.pathname") == "/__admin/sessions"
    [session] = admin(mock.url, "/sessions")["sessions"]
    assert (session["name"], session["scenario"]) == ("a&<b>", "big-1000")


@pytest.mark.parametrize("changes_origin", [True, False])
def test_dev_server_forwards_calls_whatever_it_makes_of_the_host(window, mock, serve_pages, changes_origin):
    window.show(f"http://localhost:{serve_pages(behind=mock.url, changes_origin=changes_origin)}/")

    posted = "{method: 'POST', body: '{}'}"
    assert window.run(f"({ASK})('{status_of()}')")[0] == 200
    assert window.run(f"({ASK})('/__admin/reset', {posted})")[0] == 200
    assert mock.requests() == ()
