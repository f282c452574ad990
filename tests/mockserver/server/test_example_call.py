"""The document's own call over a real socket, in every form in which clients send it."""

import json
from urllib.parse import urlencode

import pytest

from support.app_calls import EXAMPLE, STATUS, ask, assert_strict, shape, target
from support.mock_calls import send
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

LONG_PATH = "/api/c/compapi/v2/sops/get_task_status"
SHORT_PATH = "/api/c/compapi/sops/get_task_status"
JSON_BODY = json.dumps(EXAMPLE).encode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ENDS = {"FAILED", "SUSPENDED", "REVOKED", "FINISHED"}


@pytest.mark.parametrize("path", [STATUS, LONG_PATH, SHORT_PATH + "/", SHORT_PATH])
def test_get_answers_strictly_on_every_path(mock, clock, path):
    send(mock.url, target(path))
    clock.advance(30)

    answer = send(mock.url, target(path))

    assert_strict(answer)
    assert answer.json["data"]["children"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (JSON_BODY, {"Content-Type": "application/json"}),
        (JSON_BODY, {"Content-Type": "application/json; charset=utf-8"}),
        (JSON_BODY, {"Content-Type": "text/plain"}),
        (JSON_BODY, FORM),
        (JSON_BODY, {}),
        (json.dumps(EXAMPLE | {"bk_biz_id": 2, "task_id": 10}).encode(), {}),
        (b"\xef\xbb\xbf" + JSON_BODY, {}),
        (urlencode(EXAMPLE).encode(), FORM),
    ],
    ids=["json", "json-charset", "json-as-text", "json-as-form", "json-untyped", "numbers", "json-bom", "form"],
)
def test_post_answers_what_get_answers(mock, body, headers):
    asked = send(mock.url, target())

    answer = send(mock.url, STATUS, method="POST", body=body, headers=headers)

    assert_strict(answer)
    assert answer.json["data"] == asked.json["data"]


def test_target_with_scheme_and_host_answers(app):
    assert_strict(ask(app, "http://mock" + target()))


def test_multipart_post_answers(mock):
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in EXAMPLE.items()
    ]
    body = ("".join(parts) + "--edge--\r\n").encode()
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}

    assert_strict(send(mock.url, STATUS, method="POST", body=body, headers=headers))


def test_post_ignores_the_query(mock):
    body = json.dumps(EXAMPLE | {"task_id": "11"}).encode()

    answer = send(mock.url, target(), method="POST", body=body)

    assert mock.requests()[-1].task_id == "11"
    assert_strict(answer)
    refused = send(mock.url, target(), method="POST", body=b"").json
    assert (refused["code"], refused["message"]) == (1306000, "APP Code [bk_app_code] cannot be empty")


def test_get_ignores_a_body(mock):
    answer = send(mock.url, target(), body=b'{"task_id": "11"}')

    assert mock.requests()[-1].task_id == "10"
    assert_strict(answer)


def test_head_answers_the_head_of_get(mock):
    asked = send(mock.url, target())

    answer = send(mock.url, target(), method="HEAD")

    assert answer.status == 200
    assert answer.body == b""
    assert answer.headers["Content-Length"] == str(len(asked.body))


def test_repeated_parameter_counts_with_its_last_value(mock):
    send(mock.url, target() + "&task_id=12")

    assert mock.requests()[-1].task_id == "12"


def test_same_id_gives_the_same_tree_after_a_restart():
    trees = []
    for _ in range(2):
        clock = ManualClock()
        with MockServer(clock=clock) as server:
            send(server.url, target())
            clock.advance(10_000)
            trees.append(send(server.url, target()).body)

    assert trees[0] == trees[1]


def test_same_id_keeps_ids_and_names_while_time_goes(mock, clock):
    send(mock.url, target())
    clock.advance(10_000)
    first = send(mock.url, target()).json["data"]
    clock.advance(1)

    second = send(mock.url, target()).json["data"]

    assert shape(first) == shape(second)


def test_other_ids_and_seeds_give_other_trees():
    shapes = []
    for seed, task_id in (("0", "10"), ("0", "11"), ("1", "10")):
        clock = ManualClock()
        with MockServer(clock=clock, settings=Settings(seed=seed)) as server:
            send(server.url, target(task_id=task_id))
            clock.advance(10_000)
            shapes.append(str(shape(send(server.url, target(task_id=task_id)).json["data"])))

    assert len(set(shapes)) == 3


def test_task_goes_from_created_to_its_end(mock, clock):
    states = []
    for _ in range(1000):
        answer = send(mock.url, target())
        assert_strict(answer)
        states.append(answer.state)
        if answer.state in ENDS:
            break
        clock.advance(1)

    assert states[0] == "CREATED"
    assert "RUNNING" in states
    assert states[-1] == mock.session("default").play(task_id="10").ends


class StepClock:
    """A wall clock that a test moves."""

    fixed = False

    def __init__(self) -> None:
        self.moment = 1_700_000_000_000

    def now(self) -> int:
        return self.moment


def test_speed_multiplies_the_walls_time():
    clock = StepClock()
    with MockServer(clock=clock, settings=Settings(speed=600)) as server:
        created = send(server.url, target())
        clock.moment += 5_000

        ended = send(server.url, target())

    assert created.state == "CREATED"
    assert ended.headers["X-Mock-Reading"] == "3000.000; poll=2; speed=600"
    assert ended.state in ENDS
    assert_strict(ended)


def test_wall_clock_starts_a_task_at_its_first_touch():
    clock = StepClock()
    with MockServer(clock=clock) as server:
        send(server.url, target())
        clock.moment += 60_000

        data = send(server.url, target()).json["data"]

    assert data["start_time"].startswith("2023-11-15 06:13:2")  # some seconds CREATED after 06:13:20 +0800


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_every_edition_answers_strictly(edition):
    clock = ManualClock()
    with MockServer(clock=clock, settings=Settings(edition=edition)) as server:
        for _ in range(20):
            assert_strict(send(server.url, target()), edition)
            clock.advance(7)
