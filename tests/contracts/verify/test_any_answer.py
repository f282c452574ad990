"""Whatever bytes a server sends, a run ends with a report that says what they were."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given

from support.properties import examples
from support.raw_server import GOOD, raw_server
from taskmock.contracts.verify import Plan, Target, verify

LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200\r\n",
        b"HTTP/1.1 -5 No\r\n",
        b"HTTP/1.1 999999 No\r\n",
        b"HTTP/9.9 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 302 Found\r\n",
        b"HTTP/1.1 429 Too Many\r\n",
        b"Content-Type: application/json\r\n",
        b"Content-Type: multipart/form-data; boundary=x\r\n",
        b"Content-Length: 12\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Length: \xc2\xb2\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: deflate\r\n",
        b"Location: http://[::1\r\n",
        b"Location: /caf\xe9\r\n",
        b"Location: //\r\n",
        b"Location: http://127.0.0.1:x/\r\n",
        b"X-Bkapi-Error-Code: \xff\xfe\r\n",
        b" folded\r\n",
        b": nameless\r\n",
        b"\x00\r\n",
        b"\r\n",
        b"ffffffffffffffffffffffff\r\n",
        b"-5\r\n",
        b"5\r\nabcde\r\n0\r\n\r\n",
        b"\x1f\x8b\x08\x00",
        GOOD,
        b'{"result": false, "code": {"a": [1]}, "message": 5}',
        b"<html>",
    ]
)
ANSWERS = st.one_of(
    st.binary(max_size=200), st.lists(st.one_of(LINES, st.binary(max_size=8)), max_size=10).map(b"".join)
)
CODES = ("http.", "body.", "envelope.", "field.", "gateway.", "verify.")


@pytest.fixture(scope="module")
def sending():
    """A server that sends the bytes it was last given, and where it is."""
    answer = [b""]
    with raw_server(lambda line: line.send(answer[0])) as server:
        yield answer, server.url


@examples(300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(raw=b"HTTP/1.1 302 Found\r\nLocation:a://[\r\n\r\n", gateway="esb")
@example(raw=b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n", gateway="esb")
@example(raw=b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9\r\n\r\n", gateway="apigw")
@example(raw=b"HTTP/1.1 302 Found\r\nLocation: http://\xff/\r\n\r\n", gateway="apigw")
@given(raw=ANSWERS, gateway=st.sampled_from(["esb", "esb-legacy", "apigw"]))
def test_any_bytes_end_in_a_report(sending, raw, gateway):
    answer, url = sending
    answer[0] = raw

    (verified,) = verify(Target(url, gateway=gateway, timeout=60), ["10"], plan=Plan(rate=None))

    found = verified.report.violations
    assert verified.report.ok is (GOOD in raw and not any(violation.severity == "error" for violation in found))
    assert all(violation.code.startswith(CODES) and violation.message for violation in found)
