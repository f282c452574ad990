"""What SDKs put on the wire, byte for byte, replayed over a raw socket: the calls work at each door.

The bytes in `wire_forms` were recorded from a socket: those of the two `blueking.component` SDKs from the calls that
they make of requests (the older one says who calls in query or body, the newer one in a header; both post JSON without
a Content-Type), the others from bkapi-client-core 1.2.0.
"""

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from support.places import DATA
from support.sdk_clients import CREDENTIALS, by_esb, by_gateway
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

FORMS = DATA / "wire_forms"
POLLS = sorted(FORMS.glob("poll-*.http"))
RETRIES = sorted(FORMS.glob("retry-*.http"))
SCENARIO = """\
format: 1
scenario: failing
edition: v2
flow: [Copy: {id: n0123456789abcdef0123456789abcde, attempts: [{takes: 5s, fails: disk full}, {takes: 60s}]}]
"""
SETTINGS = Settings(allow_hosts=["sops.example.com"])
FAILED_AT = 10
COPY = "n0123456789abcdef0123456789abcde"
TASK = {"bk_biz_id": 2, "task_id": 10}
POLL = {"call": "get_task_status", "ids": TASK, "with_ex_data": True}
RETRY = {"call": "operate_node", "ids": TASK, "node_id": COPY, "action": "retry"}
TOKEN = {"access_token": "xxx"}
SENT = {
    "poll-by-client-core-esb": (by_esb, CREDENTIALS, POLL),
    "poll-by-client-core-gateway": (by_gateway, CREDENTIALS, POLL),
    "poll-by-client-core-gateway-with-a-token": (by_gateway, CREDENTIALS | TOKEN, POLL),
    "retry-by-client-core-esb": (by_esb, CREDENTIALS, RETRY),
    "retry-by-client-core-gateway": (by_gateway, CREDENTIALS | TOKEN, RETRY),
}

each_poll = pytest.mark.parametrize("form", POLLS, ids=lambda path: path.stem)
each_retry = pytest.mark.parametrize("form", RETRIES, ids=lambda path: path.stem)
each_form = pytest.mark.parametrize("form", [*POLLS, *RETRIES], ids=lambda path: path.stem)


class Connection:
    """One connection, kept open from call to call as the SDKs' sessions keep theirs."""

    def __init__(self, url):
        at = urlsplit(url)
        self._socket = socket.create_connection((at.hostname, at.port), timeout=60)
        self._file = self._socket.makefile("rb")

    def send(self, sent):
        """The status line, the headers in lower case, and the decoded body of the answer to some bytes."""
        self._socket.sendall(sent)
        status, headers = self._line(), {}
        while line := self._line():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, json.loads(self._file.read(int(headers["content-length"])))

    def close(self):
        self._file.close()
        self._socket.close()

    def _line(self):
        return self._file.readline().decode("ascii").strip()


@pytest.fixture
def mock():
    with MockServer(read_scenario(SCENARIO, source="failing"), clock=ManualClock(), settings=SETTINGS) as server:
        server.play().clock.set(FAILED_AT)
        yield server


@pytest.fixture
def connection(mock):
    opened = Connection(mock.url)
    yield opened
    opened.close()


@each_poll
def test_poll_of_an_sdk_is_answered(mock, connection, form):
    status, headers, answer = connection.send(form.read_bytes())

    assert status == "HTTP/1.1 200 OK"
    assert headers["content-type"] == "application/json"
    assert (answer["result"], answer["code"], answer["data"]["state"]) == (True, 0, "FAILED")
    [entry] = mock.requests()
    assert (entry.method, entry.task_id, entry.code) == ("GET", "10", 0)


@each_poll
def test_flag_of_an_sdk_is_on_whatever_it_says(connection, form):
    # Each form has one: `True` is what SDKs make of a boolean, and `False` is on as well, as on a real server.
    _, _, answer = connection.send(form.read_bytes())

    assert answer["data"]["ex_data"] == {COPY: "disk full"}


@each_retry
def test_operation_of_an_sdk_is_carried_out(mock, connection, form):
    status, _, answer = connection.send(form.read_bytes())
    _, _, polled = connection.send(POLLS[0].read_bytes())

    assert status == "HTTP/1.1 200 OK"
    assert (answer["result"], answer["message"], answer["data"]) == (True, "success", {})
    assert polled["data"]["state"] == "RUNNING"
    assert polled["data"]["children"][COPY]["retry"] == 1
    assert [(entry.method, entry.task_id) for entry in mock.requests()] == [("POST", "10"), ("GET", "10")]


def test_forms_of_all_sdks_follow_each_other_on_one_connection(connection):
    answers = [connection.send(form.read_bytes())[2]["result"] for form in [*POLLS, *RETRIES]]

    # The first retry is taken; the task is RUNNING then, and the others are refused.
    assert answers == [*[True] * len(POLLS), True, *[False] * (len(RETRIES) - 1)]


@each_form
def test_secret_of_a_form_does_not_stay_in_the_journal(mock, connection, form):
    assert b"xxx" in form.read_bytes()

    connection.send(form.read_bytes())

    assert "xxx" not in repr(mock.requests())


@pytest.mark.parametrize("name", ["older", "newer"])
def test_json_without_a_content_type_is_read_before_it_is_refused(connection, name):
    sent = (FORMS / f"retry-by-{name}-component.http").read_bytes()

    _, _, answer = connection.send(sent.replace(b"bk_app_secret", b"bk_app_sicret"))

    assert (answer["code"], answer["message"]) == (1306000, "APP Secret [bk_app_secret] cannot be empty")
    assert b"content-type" not in sent.lower()


def sent_by(call):
    """The bytes that an SDK sends; the host, and which encodings the machine's libraries know, are left out."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        listener.settimeout(60)
        called = threads.submit(call, f"http://127.0.0.1:{listener.getsockname()[1]}")
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as file:
            head = b"".join(iter(file.readline, b"\r\n")) + b"\r\n"
            length = re.search(rb"Content-Length: ([0-9]+)", head)
            body = file.read(int(length[1])) if length else b""
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        called.result()
    return without_machine(head + body)


def without_machine(sent):
    return re.sub(rb"(?m)^(Host|Accept-Encoding): .*\r\n", b"", sent)


@pytest.mark.parametrize(("form", "by", "credentials", "said"), [(form, *sent) for form, sent in SENT.items()])
def test_form_is_what_the_sdk_sends(form, by, credentials, said):
    sent = sent_by(lambda url: by(url, credentials=credentials, **said))

    assert sent == without_machine((FORMS / f"{form}.http").read_bytes())
