"""The clients that people use: requests, httpx (over a socket and in process) and curl."""

import asyncio
import json
import subprocess

import httpx
import pytest
import requests

from support.programs import program
from taskmock.contracts import Contract
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.mock_server import MockServer

STATUS = "/api/c/compapi/v2/sops/get_task_status/"
EXAMPLE = {"bk_app_code": "esb_test", "bk_app_secret": "xxx", "bk_token": "xxx", "bk_biz_id": "2", "task_id": "10"}


@pytest.fixture
def mock():
    with MockServer(clock=ManualClock()) as server:
        yield server


def assert_strict(body):
    report = Contract("doc-2019", strictness="strict").check_response(body)
    assert report.ok, report.groups


def test_requests_reads_a_status(mock):
    with requests.Session() as session:
        answers = [
            session.get(mock.url + STATUS, params=EXAMPLE, timeout=60),
            session.post(mock.url + STATUS, json=EXAMPLE, timeout=60),
            session.post(mock.url + STATUS, data=EXAMPLE, timeout=60),
            session.post(mock.url + STATUS, data=json.dumps(EXAMPLE), timeout=60),
            session.get(mock.url + STATUS, data=EXAMPLE, params=EXAMPLE, timeout=60),
        ]

    for answer in answers:
        assert_strict(answer.json())


def test_requests_keeps_its_session_in_a_cookie(mock):
    with requests.Session() as session:
        session.cookies.set("taskmock_session", "team-a")
        session.get(mock.url + STATUS, params=EXAMPLE, timeout=60)

    assert [entry.session for entry in mock.requests()] == ["team-a"]


def test_httpx_reads_a_status(mock):
    with httpx.Client(base_url=mock.url + "/__s/team-a") as client:
        for answer in (client.get(STATUS, params=EXAMPLE), client.post(STATUS, json=EXAMPLE)):
            assert_strict(answer.json())
            assert answer.headers["X-Mock-Session"] == "team-a"


def test_httpx_reads_many_statuses_at_once(mock):
    async def ask():
        async with httpx.AsyncClient(base_url=mock.url) as client:
            calls = [client.get(STATUS, params=EXAMPLE | {"task_id": str(number)}) for number in range(40)]
            return await asyncio.gather(*calls)

    answers = asyncio.run(ask())

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 40


def test_httpx_reads_a_status_in_process(mock):
    with httpx.Client(transport=httpx.WSGITransport(mock.session("team-a").app), base_url="http://mock") as client:
        answer = client.get(STATUS, params=EXAMPLE)

    assert_strict(answer.json())
    assert answer.headers["X-Mock-Session"] == "team-a"


def curl(*arguments):
    """What curl prints."""
    result = subprocess.run(
        [program("curl"), "--silent", "--show-error", "--max-time", "20", *arguments], capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_curl_reads_a_status(mock):
    query = "&".join(f"{name}={value}" for name, value in EXAMPLE.items())

    for arguments in (
        (f"{mock.url}{STATUS}?{query}",),
        ("--compressed", f"{mock.url}{STATUS}?{query}"),
        ("--data", query, mock.url + STATUS),
        ("--header", "Content-Type: application/json", "--data", json.dumps(EXAMPLE), mock.url + STATUS),
        ("--header", "Content-Type:", "--data", json.dumps(EXAMPLE), mock.url + STATUS),
        ("--header", "Expect: 100-continue", "--data", json.dumps(EXAMPLE), mock.url + STATUS),
        ("--header", "X-Mock-Session: team-a", f"{mock.url}{STATUS}?{query}"),
    ):
        assert_strict(json.loads(curl(*arguments)))
    assert mock.requests()[-1].session == "team-a"


def test_curl_sees_the_head_of_an_answer(mock):
    query = "&".join(f"{name}={value}" for name, value in EXAMPLE.items())

    head = curl("--head", f"{mock.url}{STATUS}?{query}").decode("ascii")

    assert head.startswith("HTTP/1.1 200 ")
    assert "\r\nX-Mock-Reading: 0.000; poll=1; clock=manual\r\n" in head
