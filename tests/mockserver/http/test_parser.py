"""The parser under any bytes, cut anywhere."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from support.properties import examples
from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.parser import Refusal, Request, RequestParser

GOOD = [
    b"GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
    b"POST /d HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
    b"\r\nHEAD /e HTTP/1.0\r\nConnection: keep-alive\r\nX:\r\n\r\n",
]
FRAGMENTS = [
    b"GET ", b"POST ", b"/a", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"Host: h\r\n", b"Content-Length: 3\r\n", b"\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Connection: Upgrade\r\nUpgrade: h2c\r\n", b"Connection: close\r\n",
    b"CONNECT ", b"Expect: 100-continue\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n", b"abc", b"\n", b"\0", b"\xff",
]  # fmt: skip


def feed_all(chunks):
    """Everything a fresh parser makes of some chunks."""
    parser = RequestParser(Limits(header_bytes=300, body_bytes=20), "client")
    return [item for chunk in chunks for item in parser.feed(chunk)]


@examples(150)
@given(st.lists(st.sampled_from(GOOD), min_size=1, max_size=6), st.lists(st.integers(0, 500), max_size=6))
def test_requests_do_not_depend_on_where_the_bytes_are_cut(requests, cuts):
    data = b"".join(requests)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    pieces = feed_all([data[start:end] for start, end in itertools.pairwise(edges)])

    assert pieces == [item for request in requests for item in feed_all([request])]
    assert all(isinstance(item, Request) for item in pieces)
    assert len(pieces) == len(requests)


@examples(300)
@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=20)), max_size=30))
def test_any_bytes_end_in_at_most_one_refusal_and_it_is_the_last(chunks):
    items = feed_all(chunks)

    refusals = [item for item in items if isinstance(item, Refusal)]
    assert refusals in ([], items[-1:])


def test_upgrade_requests_in_one_chunk_are_no_recursion():
    request = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"

    assert len(feed_all([request * 5000])) == 5000


def test_nothing_is_read_after_a_request_that_closes():
    closing = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    items = feed_all([GOOD[0], GOOD[0], closing + GOOD[1], GOOD[0], b"garbage"])

    assert [item.call.target for item in items] == ["/a?b=c", "/a?b=c", "/last"]


def test_repeated_chunk_within_a_body_is_body():
    request = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"
    parser = RequestParser(Limits(), "client")
    parser.feed(request)
    parser.feed(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(request))

    (item,) = parser.feed(request)

    assert item.call.body == request
