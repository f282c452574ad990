"""What a person sees who opens the server in a browser."""

import pytest

from support.mock_calls import send


@pytest.mark.parametrize("prefix", ["", "/__s/team-a"])
def test_root_is_a_page_that_says_how_to_ask(mock, prefix):
    page = send(mock.url, f"{prefix}/")

    assert (page.status, page.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    lines = page.body.decode().splitlines()
    assert lines[0] == "taskmock: a mock of get_task_status of BlueKing Standard OPS."
    assert f"{mock.url}{prefix}/__admin/openapi.json" in lines
    assert "What can be played: taskmock scenarios list" in lines


def test_url_on_the_page_works(mock):
    lines = send(mock.url, "/__s/team-a").body.decode().splitlines()
    (example,) = (line for line in lines if "get_task_status/?" in line)

    answer = send(mock.url, example.removeprefix(mock.url))

    assert answer.json["result"] is True
    assert answer.headers["X-Mock-Session"] == "team-a"


def test_icon_is_missing_quietly(mock):
    answer = send(mock.url, "/favicon.ico")

    assert (answer.status, answer.body) == (404, b"there is no icon\n")
    assert mock.requests() == ()


def test_root_takes_no_post(mock):
    assert send(mock.url, "/", method="POST").status == 404
