"""A server may do what it likes: each misbehaviour is one clear finding, within bounded time and memory."""

import gzip
import itertools
import os
import subprocess
import sys
import threading
import zlib

import pytest

from support.raw_server import GOOD, Line, RawServer, raw_server
from taskmock.contracts.validation.body import MAX_BYTES
from taskmock.contracts.verify import Plan, Target, verify

SHORT = 2.0
"""A deadline that hostile servers reach, in seconds."""

LONG = 60.0
"""One that nobody should reach."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PIECE = b" " * 65536


def found(server, *, timeout=LONG, polls=1):
    """What a run finds in the answers of a server, as code and message; not that it has seen no task."""
    (verified,) = verify(Target(server.url, timeout=timeout), ["10"], plan=Plan(polls, interval=0, rate=None))
    told = [(violation.code, violation.message) for violation in verified.report.violations]
    return [(code, message) for code, message in told if code not in {"verify.no-tree", "http.content-type"}]


def hang(line):
    line.hold()


def hang_in_the_head(line):
    line.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    line.hold()


def hang_in_the_body(line):
    line.send(HEAD + b"Content-Length: 1000\r\n\r\n" + b"0123456789")
    line.hold()


def hang_after_the_body(line):
    line.send(HEAD + b"\r\n" + GOOD)  # without a length: the end of the connection would be the end of the body
    line.hold()


def drip_the_head(line):
    for byte in itertools.cycle(b"X-A: b\r\n"):
        line.send(bytes([byte])) if line.sent > len(HEAD) else line.send(HEAD)
        if line.over.wait(0.02):
            return


def drip_the_body(line):
    line.send(HEAD + b"Content-Length: 100000\r\n\r\n")
    while not line.over.wait(0.02):
        line.send(b" ")


def continue_for_ever(line):
    while True:
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n")


LATE_HEAD = f"no head of an answer within {SHORT:g} s (poll 1)"


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (hang, LATE_HEAD),
        (hang_in_the_head, LATE_HEAD),
        (hang_in_the_body, f"the body was not complete within {SHORT:g} s: 10 bytes had come (poll 1)"),
        (hang_after_the_body, f"the body was not complete within {SHORT:g} s: {len(GOOD)} bytes had come (poll 1)"),
        (drip_the_body, f"the body was not complete within {SHORT:g} s: "),
    ],
)
def test_server_that_is_slow_is_left_at_the_deadline(behaviour, message):
    with raw_server(behaviour) as server:
        [(code, said)] = found(server, timeout=SHORT)

    assert (code, said[: len(message)]) == ("http.timeout", message)


@pytest.mark.parametrize("behaviour", [drip_the_head, continue_for_ever])
def test_server_whose_head_never_ends_is_left(behaviour):
    with raw_server(behaviour) as server:
        [(code, _)] = found(server, timeout=SHORT)

    assert code in {"http.timeout", "http.malformed"}  # whichever limit comes first


def test_connection_is_given_up_at_the_deadline():
    gone, told = [], threading.Event()

    def listen(line):
        gone.append(line.connection.recv(1))
        told.set()

    with raw_server(listen) as server:
        found(server, timeout=SHORT)
        told.wait(LONG)

    assert gone == [b""]


def reset_at_once(line):
    line.reset()


def reset_in_the_body(line):
    line.send(HEAD + b"Content-Length: 1000\r\n\r\n")
    line.send(b"0123456789")
    line.reset()


def close_at_once(line):
    pass


def promise_too_much(line):
    line.answer(GOOD, Content_Length="1000000")


def promise_too_little(line):
    line.answer(GOOD, Content_Length="10")


def end_with_the_head(line):
    line.send(HEAD + b"\r\n")


def end_in_the_head(line):
    line.send(HEAD)


def end_in_a_field(line):
    line.send(HEAD + b"Content-Le")


def end_in_a_chunk(line):
    line.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + GOOD[:10])


def end_before_a_chunk(line):
    line.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0a\r\n" + GOOD[:10] + b"\r\n")


def break_a_chunk(line):
    line.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + GOOD)


def lengthen_a_chunk_line(line):
    line.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"a" * 100_000)


def speak_another_protocol(line):
    line.send(b"SSH-2.0-OpenSSH_9.6\r\n")


def send_many_fields(line):
    line.send(HEAD + b"X-A: b\r\n" * 200 + b"\r\n")


def send_a_long_field(line):
    line.send(HEAD + b"X-A: " + b"b" * 100_000)


def send_a_length_that_is_none(line):
    line.answer(GOOD, Content_Length="-5")


def send_two_lengths(line):
    line.send(HEAD + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + GOOD)


def label_as_brotli(line):
    line.answer(GOOD, Content_Encoding="br")


def label_as_gzip(line):
    line.answer(GOOD, Content_Encoding="gzip")


def label_as_deflate(line):
    line.answer(GOOD, Content_Encoding="deflate")


def pack_half(line):
    line.answer(gzip.compress(GOOD)[:-20], Content_Encoding="gzip")


def say_nothing(line):
    line.answer(b"")


def show_a_page(line):
    line.answer(b"<html><body>Please log in</body></html>", Content_Type="text/html")


def show_an_error_page(line):
    line.answer(b"<html><body>Bad Gateway</body></html>", status="502 Bad Gateway", Content_Type="text/html")


def have_no_content(line):
    line.send(b"HTTP/1.1 204 No Content\r\n\r\n")


CUT = "the body is not JSON: expecting ':' delimiter at line 1, column 11; it seems to be cut off (poll 1)"


@pytest.mark.parametrize(
    ("behaviour", "code", "message"),
    [
        (reset_at_once, "http.connection-reset", "the connection was reset before an answer (poll 1)"),
        (reset_in_the_body, "http.connection-reset", "the connection was reset "),  # it discards what is not read yet
        (close_at_once, "http.no-answer", "the connection was closed in place of an answer (poll 1)"),
        (
            promise_too_much,
            "http.incomplete",
            f"the body ended after {len(GOOD)} of the 1,000,000 bytes that Content-Length promised (poll 1)",
        ),
        (promise_too_little, "body.not-json", "the body is not JSON: "),
        (end_with_the_head, "http.incomplete", "the answer ended with its head (poll 1)"),
        (end_in_the_head, "http.incomplete", "the answer ended with its head (poll 1)"),
        (
            end_in_a_field,
            "http.malformed",
            "the head of the answer has a line that is no `name: value` (poll 1)",
        ),
        (end_in_a_chunk, "http.incomplete", "the body ended in the midst of a chunk, after 10 bytes (poll 1)"),
        (end_before_a_chunk, "http.incomplete", "the body ended in the midst of a chunk, after 10 bytes (poll 1)"),
        (break_a_chunk, "http.incomplete", "the body ended in the midst of a chunk, after 0 bytes (poll 1)"),
        (lengthen_a_chunk_line, "http.malformed", "a line is longer than 65,536 bytes (poll 1)"),
        (speak_another_protocol, "http.malformed", "the answer does not begin with a status line (poll 1)"),
        (send_many_fields, "http.malformed", "the head of the answer cannot be read (poll 1)"),
        (send_a_long_field, "http.malformed", "a line is longer than 65,536 bytes (poll 1)"),
        (send_a_length_that_is_none, "http.malformed", "Content-Length is not one number (poll 1)"),
        (send_two_lengths, "http.malformed", "Content-Length is not one number (poll 1)"),
        (label_as_brotli, "http.encoding", 'nobody asked for the Content-Encoding "br" (poll 1)'),
        (label_as_gzip, "http.encoding", "the body is labelled gzip, and cannot be unpacked (poll 1)"),
        (label_as_deflate, "http.encoding", "the body is labelled deflate, and cannot be unpacked (poll 1)"),
        (pack_half, "http.encoding", "the body ends in the midst of its gzip data (poll 1)"),
        (say_nothing, "body.empty", "the body is empty (poll 1)"),
        (show_a_page, "body.html", "the body is HTML or XML, not JSON (poll 1)"),
        (show_an_error_page, "http.status", "the answer is HTTP 502 (poll 1)"),
        (have_no_content, "http.status", "the answer is HTTP 204 (poll 1)"),
    ],
)
def test_misbehaviour_is_one_clear_finding(behaviour, code, message):
    with raw_server(behaviour) as server:
        [(found_code, said)] = found(server)

    assert (found_code, said[: len(message)]) == (code, message)


def stream_without_end(line):
    line.send(HEAD + b"Content-Length: 5000000000\r\n\r\n")
    while line.sent < 5_000_000_000:
        line.send(PIECE)


def stream_chunks_without_end(line):
    line.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while line.sent < 5_000_000_000:
        line.send(b"10000\r\n" + PIECE + b"\r\n")


@pytest.mark.parametrize("behaviour", [stream_without_end, stream_chunks_without_end])
def test_endless_body_is_left_where_no_more_is_judged(behaviour):
    with raw_server(behaviour) as server:
        [finding] = found(server, timeout=60)
        (line,) = server.lines
        sent = line.sent

    assert finding == ("http.too-large", "the body has more than 33,554,432 bytes (poll 1)")
    assert sent < MAX_BYTES + 16 * 1024 * 1024  # what the system's buffers hold on their own


def bomb(line):
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(256)) + packer.flush()
    assert len(packed) < 2**20
    line.answer(packed, Content_Encoding="gzip")


def test_compressed_bomb_is_not_unpacked():
    with raw_server(bomb) as server:
        assert found(server, timeout=60) == [
            ("http.too-large", "unpacked, the body has more than 33,554,432 bytes (poll 1)")
        ]


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(GOOD), "gzip"),
        (gzip.compress(GOOD[:50]) + gzip.compress(GOOD[50:]), "x-gzip"),
        (zlib.compress(GOOD), "deflate"),
        (zlib.compress(GOOD, wbits=-15), "Deflate"),
        (GOOD, "identity"),
    ],
)
def test_packed_answer_is_judged(packed, encoding):
    with raw_server(lambda line: line.answer(packed, Content_Encoding=encoding)) as server:
        assert found(server) == []


@pytest.mark.parametrize("behaviour", [stream_without_end, bomb])
def test_memory_stays_bounded(behaviour, tmp_path):
    script = (
        "import sys, tracemalloc\n"
        "from taskmock.contracts.verify import Plan, Target, verify\n"
        "tracemalloc.start()\n"
        "verify(Target(sys.argv[1], timeout=60), ['10'], plan=Plan(3, interval=0, rate=None))\n"
        # What the system counts as a process's peak has that of the process which started it in it.
        "print(tracemalloc.get_traced_memory()[1] // 2**20)\n"
    )
    with raw_server(behaviour) as server:
        ended = subprocess.run(
            [sys.executable, "-c", script, server.url],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
        )

    megabytes = int(ended.stdout)
    assert 0 < megabytes < 6 * MAX_BYTES / 2**20, f"{megabytes} MiB"


# -- redirects


def redirect(location, status="302 Found"):
    def behave(line):
        if location is None:
            line.answer(b"", status=status)
        else:
            line.answer(b"", status=status, Location=location(line) if callable(location) else location)

    return behave


def test_redirects_in_a_loop_are_left():
    with raw_server(redirect(lambda line: line.target)) as server:
        assert found(server) == [("http.redirect-loop", "redirected once without an answer (poll 1)")]
        assert len(server.lines) == 1


def test_redirects_to_ever_new_places_are_left():
    with raw_server(redirect(lambda line: line.target + "x")) as server:
        assert found(server) == [("http.redirect-loop", "redirected 6 times without an answer (poll 1)")]


@pytest.mark.parametrize(
    ("location", "message"),
    [
        (
            "http://example.com/login?next=secret",
            "redirected to another place; credentials are not sent there (poll 1)",
        ),
        ("http://127.0.0.1:1/", "redirected to another place; credentials are not sent there (poll 1)"),
        ("ftp://127.0.0.1/", "redirected to another place; credentials are not sent there (poll 1)"),
        ("http://127.0.0.1:99999/", "redirected to another place; credentials are not sent there (poll 1)"),
        ("http://caf\xe9.example/", "redirected to another place; credentials are not sent there (poll 1)"),
        ("http://[::1", "redirected to what is no URL (poll 1)"),
        ("a://[", "redirected to what is no URL (poll 1)"),
        ("//[\xe9]/", "redirected to what is no URL (poll 1)"),
        (None, "redirected without saying where to (no Location) (poll 1)"),
    ],
)
def test_redirect_elsewhere_is_not_followed(location, message):
    with raw_server(redirect(location)) as server:
        assert found(server) == [("http.redirect", message)]


def test_redirect_on_the_server_is_followed():
    def behave(line):
        if "/there" in line.target:
            line.answer()
        else:
            line.answer(b"", status="301 Moved Permanently", Location="/there?x=1")

    with raw_server(behave) as server:
        assert found(server) == []
        assert server.lines[1].headers()["x-bkapi-authorization"] == server.lines[0].headers()["x-bkapi-authorization"]


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/caf\xe9", "/caf%E9"),
        ("/caf\xc3\xa9?q=\xe9&r=%20#\xe9", "/caf%C3%A9?q=%E9&r=%20"),
        ("/a b\x7f\x01\tc", "/a%20b%7F%01c"),
    ],
)
def test_redirect_is_encoded_as_browsers_do(location, asked):
    with raw_server(lambda line: line.answer() if line.target == asked else redirect(location)(line)) as server:
        assert found(server) == []
        assert [line.target for line in server.lines[1:]] == [asked]


def test_redirect_to_another_port_gets_no_credentials():
    with raw_server(Line.answer) as other:
        for scheme in ("http", "https"):
            with raw_server(redirect(f"{scheme}://127.0.0.1:{other.port}/")) as server:
                assert found(server) == [
                    ("http.redirect", "redirected to another place; credentials are not sent there (poll 1)")
                ]
        assert not other.lines


# -- in the course of a run


def test_server_that_is_gone_later_is_a_finding():
    server = RawServer(lambda line: (line.read_request(), server.stop_listening(), line.answer()))
    try:
        findings = found(server, polls=2)
    finally:
        server.close()

    assert findings == [("http.unreachable", "no connection: it refuses connections (poll 2)")]


def test_server_that_never_answers_is_given_up():
    with raw_server(close_at_once) as server:
        findings = found(server, polls=50)

    assert len(server.lines) == 10
    assert findings[-1] == ("verify.gave-up", "gave up after 10 answers in a row without a task (poll 10)")
