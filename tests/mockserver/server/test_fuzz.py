"""Whatever comes in, an envelope goes out; nothing that a client sends is a crash of ours."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from support.app_calls import EXAMPLE, STATUS
from support.properties import examples
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.http.message import Call
from taskmock.mockserver.server.settings import Settings, build_app

FOR_PEOPLE = ("Content-Type", "text/plain; charset=utf-8")  # the page at `/`, the only one that is no JSON
KEYS = {"result", "data", "message", "code", "request_id"}
APPS = [
    build_app(Settings(clock=ManualClock(), session_from="bk_username", edition=edition))
    for edition in ("doc-2019", "v1", "v2")
]
FLAGS = ("subprocess_id", "with_ex_data", "with_failed_node_info", "with_auto_retry_status")

latin = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60)
visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.dictionaries(st.sampled_from([*EXAMPLE, "bk_username", "access_token", "scope", *FLAGS]), values)
objects = st.builds(lambda changed: EXAMPLE | changed, fields) | values
bodies = st.binary(max_size=60) | objects.map(lambda decoded: json.dumps(decoded).encode("ascii"))
names = ["x-mock-session", "x-mock-scenario", "x-bkapi-authorization", "cookie", "content-type", "host", "accept"]
headers = st.lists(st.tuples(st.sampled_from(names), latin | objects.map(json.dumps)), max_size=3)
paths = st.sampled_from([STATUS, STATUS[:-1], "/__admin/health", "/__s/one" + STATUS, "*"]) | visible.map(
    lambda text: "/" + text
)
targets = paths | st.builds("{}?{}".format, paths, visible)
methods = st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "BREW"])
calls = st.builds(lambda *parts: Call(parts[0], parts[1], tuple(parts[2]), parts[3]), methods, targets, headers, bodies)


@examples(600)
@given(calls, st.sampled_from(APPS))
@example(Call("POST", STATUS, (("content-type", "multipart/form-data; boundary="),), b"--\r\n"), APPS[0])
@example(Call("GET", "/__s/%ff" + STATUS), APPS[0])
@example(Call("GET", "//" + STATUS), APPS[0])
@example(Call("GET", "/__s"), APPS[0])
@example(Call("GET", STATUS, (("host", "["),)), APPS[0])
@example(Call("POST", STATUS, (), b'{"bk_username": "\\ud800"}'), APPS[0])
def test_every_call_gets_an_envelope(call, app):
    reply = app.answer(call)

    assert reply.status in {200, 400, 404, 405, 421}
    if FOR_PEOPLE in reply.headers:
        assert call.method in {"GET", "HEAD"}
    else:
        body = json.loads(reply.body)
        if set(body) != KEYS:
            assert call.target.startswith("/__")  # the mock's own paths
            assert "error" in body or body["status"] == "healthy"
            assert "internal" not in body.get("error", "")
    for name, value in reply.headers:
        assert (name + value).isascii()
        assert (name + value).isprintable()
