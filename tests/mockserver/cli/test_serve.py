"""`taskmock serve`: how it starts, what its options do, and how it ends."""

import json
import signal
import socket
import sys
import urllib.request
from urllib.parse import quote, urlsplit

import pytest

from support.command_processes import INTERRUPT

QUERY = "bk_app_code=a&bk_app_secret=b&bk_username=me&bk_biz_id=2"
STATUS = f"/api/c/compapi/v2/sops/get_task_status/?{QUERY}&task_id="
SCENARIO = """\
format: 1
scenario: copy-fails
edition: v2
task: {name: Release web}
flow:
  - Prepare: 2s
  - Copy: {takes: 3s, fails: disk full}
"""


def poll(url, task_id="10"):
    """The headers and the data of one answer."""
    with urllib.request.urlopen(url + STATUS + quote(task_id), timeout=60) as response:
        return response.headers, json.load(response)["data"]


def test_serve_says_where_it_answers(serve):
    with serve() as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server.edition == "doc-2019"
        assert server.ready.endswith(" (edition doc-2019: the document of 2019; today's servers: --edition v2)\n")
        assert poll(server.url)[1]["state"] == "CREATED"


def test_serve_writes_its_port_to_a_file(serve, tmp_path):
    with serve("--port-file", "port.txt") as server:
        port = (tmp_path / "port.txt").read_text("ascii")

    assert port == f"{urlsplit(server.url).port}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["port.txt"]


def test_serve_with_a_port_file_that_cannot_be_written_ends(taskmock):
    ended = taskmock("serve", "-p", "0", "--port-file", "nowhere/port.txt")

    assert ended.code == 2
    assert ended.error.startswith("cannot write the port file ")
    assert ended.stdout == b""


def test_taken_port_is_one_clear_line(taskmock):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = taskmock("serve", "-p", str(port))

    message = (
        f"Error: cannot listen on 127.0.0.1 port {port}: another program uses this port; "
        "choose another one (0 takes any free port)"
    )
    assert ended.code == 2
    assert ended.stderr.decode().splitlines() == [message]
    assert ended.stdout == b""


def test_broken_files_of_a_folder_are_named_and_the_others_served(taskmock, tmp_path):
    for name, text in {"good": SCENARIO, "bad": "format: 1\nscenario: bad\n", "worse": "format: ["}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = taskmock("serve", "-p", str(port), "--scenario-dir", ".").stderr.decode().splitlines()

    assert said[0] == "Warning: 2 files in . cannot be played:"
    assert [line.partition(": ")[0] for line in said[1:]] == ["bad.yaml:1:1", "worse.yaml:1:10", "Error"]
    assert said[-1].startswith(f"Error: cannot listen on 127.0.0.1 port {port}")


def test_verbose_server_says_a_line_for_each_call(serve):
    with serve("--verbose", "--scenario", "rate-limited", "--clock", "polls", "--edition", "v2") as server:
        for path in (STATUS + "10", STATUS + "10", STATUS + "10", "/__admin/health"):
            urllib.request.urlopen(server.url + path, timeout=60).close()
        _, said = server.end(INTERRUPT)

    path = "/api/c/compapi/v2/sops/get_task_status/"
    first, *others = said.splitlines()
    assert first == f"GET 200 {path} session=default task=10 scenario=rate-limited at=0s poll=1 state=CREATED"
    assert len(others) == 2
    assert any("fault=rate_limit error=1306429 " in line for line in others), said


def test_address_of_another_machine_is_one_clear_line(taskmock):
    ended = taskmock("serve", "-p", "0", "--host", "192.0.2.1", "--no-admin")

    assert ended.code == 2
    assert ended.error.startswith("cannot listen on 192.0.2.1 port 0: ")


EMPTY = "the admin token is empty; allowed: a text that others cannot guess, or no token at all"
OPEN = (
    "other machines can reach the host '0.0.0.0', and anybody there could use the admin API; give it a token (the"
    " variable TASKMOCK_ADMIN_TOKEN, --admin-token, admin-token in taskmock.toml, Settings(admin_token=...)), leave it"
    " out (--no-admin, Settings(admin=False)), or listen on 127.0.0.1"
)


@pytest.mark.parametrize("token", ["", " ", "\t"])
@pytest.mark.parametrize("origin", ["flag", "variable", "file"])
def test_empty_admin_token_is_refused(taskmock, tmp_path, origin, token):
    if origin == "file":
        (tmp_path / "taskmock.toml").write_text(f"admin-token = {json.dumps(token)}\n")
    flags = ["--admin-token", token] if origin == "flag" else []
    variables = {"TASKMOCK_ADMIN_TOKEN": token} if origin == "variable" else {}

    ended = taskmock("serve", "-p", "0", "--host", "192.0.2.1", *flags, **variables)

    assert (ended.code, ended.error) == (2, EMPTY)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "mock.lan"])
def test_host_of_other_machines_needs_a_token(taskmock, host):
    ended = taskmock("serve", "-p", "0", "--host", host)

    assert (ended.code, ended.error) == (2, OPEN.replace("0.0.0.0", host))


@pytest.mark.parametrize(("arguments", "status"), [(["--admin-token", "s3cret"], 401), (["--no-admin"], 404)])
def test_host_of_other_machines_is_served_where_the_admin_api_is_not_open(serve, arguments, status):
    with serve("--host", "0.0.0.0", *arguments) as server:
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/__admin/sessions", timeout=10)
        with refused.value as answer:
            assert answer.code == status
        assert poll(url)
        urllib.request.urlopen(f"{url}/__admin/health", timeout=10).close()


@pytest.mark.parametrize("number", [INTERRUPT, signal.SIGTERM], ids=["interrupt", "terminate"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows kills at SIGTERM")
def test_serve_ends_at_a_signal(serve, number):
    with serve() as server:
        poll(server.url)

        assert server.end(number) == (0, "")


def test_serve_keeps_a_task_while_it_runs_and_tree_after_a_restart(serve):
    trees = []
    for _ in range(2):
        with serve("--clock", "instant") as server:
            trees.append(poll(server.url)[1])

    assert trees[0] == trees[1]
    assert trees[0]["children"]


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_edition_is_spoken(serve, edition):
    with serve("--edition", edition, "--clock", "instant") as server:
        data = poll(server.url)[1]

    assert server.edition == edition
    assert "error_ignorable" in data


def test_seed_and_locale_make_the_tree(serve):
    with serve("--seed", "ä 7", "--locale", "zh", "--clock", "instant", "--edition", "v2") as server:
        headers, data = poll(server.url)

    assert headers["X-Mock-Seed"] == "%C3%A4%207; generator=1; engine=2"
    assert any("\u4e00" <= character <= "\u9fff" for character in data["name"])


def test_polls_clock_moves_by_polls(serve):
    with serve("--clock", "polls") as server:
        states = [poll(server.url)[1]["state"] for _ in range(3)]

    assert states == ["CREATED", "RUNNING", "RUNNING"]


def test_manual_clock_stands_still(serve):
    with serve("--clock", "manual") as server:
        readings = [poll(server.url)[0]["X-Mock-Reading"] for _ in range(2)]

    assert readings == ["0.000; poll=1; clock=manual", "0.000; poll=2; clock=manual"]


def test_speed_makes_the_wall_clock_faster(serve):
    with serve("--speed", "100000") as server:
        poll(server.url)
        headers, _ = poll(server.url)
        reading = float(headers["X-Mock-Reading"].partition(";")[0])
        started = 100_000_000 > reading > 10  # 0.1 ms between two answers is 10 s on the task's clock

    assert started


def test_session_from_names_the_session(serve):
    with serve("--session-from", "bk_username") as server:
        assert poll(server.url)[0]["X-Mock-Session"] == "me"


def test_scenario_is_a_file(serve, tmp_path):
    (tmp_path / "copy.yaml").write_text(SCENARIO, encoding="utf-8")

    with serve("--scenario", "copy.yaml", "--clock", "instant") as server:
        headers, data = poll(server.url)

    assert server.edition == "v2"
    assert headers["X-Mock-Scenario"] == "copy-fails"
    assert (data["name"], data["state"]) == ("Release web", "FAILED")


def test_scenario_is_a_name_in_a_folder(serve, tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "copy-fails.yaml").write_text(SCENARIO, encoding="utf-8")

    with serve("--scenario-dir", "scenarios", "--scenario", "copy-fails") as server:
        assert poll(server.url)[0]["X-Mock-Scenario"] == "copy-fails"


def test_unknown_scenario_names_the_closest(taskmock, tmp_path):
    (tmp_path / "copy-fails.yaml").write_text(SCENARIO, encoding="utf-8")

    ended = taskmock("serve", "-p", "0", "--scenario-dir", ".", "--scenario", "copy-fail")

    assert ended.code == 2
    assert ended.error == (
        "no scenario is called 'copy-fail'; did you mean 'copy-fails'? "
        "(`taskmock scenarios list` shows all; or name a file)"
    )


def test_broken_scenario_says_where(taskmock, tmp_path):
    (tmp_path / "copy.yaml").write_text(SCENARIO.replace("flow", "flaw"), encoding="utf-8")

    ended = taskmock("serve", "-p", "0", "--scenario", "copy.yaml")

    assert ended.code == 2
    assert ended.error.startswith("copy.yaml:5:1: ")
    assert "'flow'" in ended.error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--port", "70000"), "Invalid value for '-p' / '--port': 70000 is not in the range 0<=x<=65535."),
        (("--speed", "0"), "Invalid value for '--speed': 0.0 is not in the range 0<x<=100000."),
        (("--speed", "nan"), "a speed is a positive number, not nan"),
        (
            ("--clock", "poll"),
            "Invalid value for '--clock': 'poll' is not one of 'wall', 'polls', 'manual', 'instant'.",
        ),
        (("--edition", "v3"), "Invalid value for '--edition': 'v3' is not one of 'doc-2019', 'v1', 'v2', 'v1@3.6.10'."),
        (("--locale", "xx"), "unknown locale 'xx'; allowed: en, zh, or one of Faker's such as ja_JP"),
        (("--scenario-dir", "no"), "Invalid value for '--scenario-dir': Directory 'no' does not exist."),
        (("extra",), "Got unexpected extra argument (extra)"),
    ],
)
def test_option_that_cannot_be_is_refused(taskmock, arguments, message):
    ended = taskmock("serve", "-p", "0", *arguments)

    assert (ended.code, ended.error, ended.stdout) == (2, message, b"")
