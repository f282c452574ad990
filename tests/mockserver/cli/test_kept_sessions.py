"""Sessions outlive a restart of `taskmock serve`, and which do where."""

import functools
import json
import re
import signal
import socket
import sys
from urllib.parse import quote

import pytest

from support.command_processes import INTERRUPT, serving
from support.mock_calls import CREDENTIALS, SOPS, admin, operate, poll, send, states, status_of
from support.release_scenario import RELEASE
from taskmock.mockserver.cli.kept_sessions import _told, keep_sessions, state_file, store_for
from taskmock.mockserver.clock import WallClock
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.keeping.sqlite_store import SqliteStore
from taskmock.mockserver.sessions.session import Session

KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
COOKIE = {"Cookie": "taskmock_session=anna"}
SECRETS = {"bk_app_secret": "s3cret-of-the-app", "bk_token": "t0ken-of-anna", "bk_app_code": "app"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def kept(tmp_path):
    """Where the state of programs is."""
    return tmp_path / "state"


@pytest.fixture
def serve(tmp_path, kept, port):
    """Serves on one port, as a user would who has no CI; what it keeps is below `kept`."""
    home = {"XDG_STATE_HOME": str(kept), "LOCALAPPDATA": str(kept), "HOME": str(kept), "CI": ""}
    (tmp_path / "release.yaml").write_text(RELEASE, encoding="utf-8")
    started = functools.partial(serving, tmp_path, "--edition", "v2", "--scenario-dir", ".", TASKMOCK_STATE="yes")
    return lambda *arguments, **changed: started("-p", port, *arguments, **{**home, **changed})


def use(url, *, session="anna", **said):
    return admin(url, f"/use?session={session}&" + "&".join(f"{name}={quote(value)}" for name, value in said.items()))


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("number", [KILL, signal.SIGTERM], ids=["kill", "terminate"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows kills at SIGTERM")
def test_settled_session_goes_on_after_a_restart(serve, number):
    with serve() as server:
        url = server.url
        text = RELEASE.replace("scenario: release", "scenario: put")
        assert send(url, "/__admin/scenarios/put", "PUT", text.encode()).status == 200
        use(url, scenario="put", clock="manual")
        admin(url, "/sessions/anna/tasks/10", "PUT", {})
        admin(url, "/sessions/anna/tasks/10/clock", "POST", {"seek": "failed"})
        operate(url + "/__s/anna", "operate_node", node_id="Copy B", action="retry")
        admin(url, "/sessions/anna/tasks/10/faults", "POST", {"faults": [{"polls": [9], "http": 502}]})
        creation = {**CREDENTIALS, "template_id": "1", "name": "n"}
        made = send(url, f"/__s/anna{SOPS}create_task/", "POST", creation).json["data"]["task_id"]
        before = [admin(url, f"/sessions/anna/tasks/{task}") for task in ("10", made)]
        shown = states(poll(url + "/__s/anna"))
        poll(url + "/__s/nobody")
        server.end(number)

    with serve() as server:
        assert admin(url, "/sessions")["sessions"] == [
            {
                "name": "anna",
                "scenario": "put",
                "clock": "manual",
                "speed": None,
                "tasks": [{"id": "10", "scenario": "put"}, {"id": str(made), "scenario": "put"}],
            }
        ]
        after = [admin(url, f"/sessions/anna/tasks/{task}") for task in ("10", made)]
        polls = after[0].pop("polls")
        assert polls == 1 if number != KILL else polls in {0, 1}
        assert before[0].pop("polls") == 0
        for task in (before[0], after[0]):
            assert f"polls={0 if task is before[0] else polls}" in task.pop("link")
        assert after == before
        assert states(poll(url + "/__s/anna")) == shown
        _, said = server.end(INTERRUPT)
    assert re.fullmatch(r"1 session kept from \d\d:\d\d \(taskmock serve --fresh begins anew\)\n", said), said


def test_time_goes_on_while_no_server_runs(serve):
    with serve() as server:
        url = server.url
        use(url, scenario="release")
        epoch = admin(url, "/sessions/anna/tasks/10", "PUT", {})["epoch"]
        server.end(KILL)

    with serve():
        task = admin(url, "/sessions/anna/tasks/10")
        reading = send(url, "/__s/anna" + status_of()).headers["X-Mock-Reading"]
    assert task["epoch"] == epoch
    assert task["clock"]["seconds"] > 0.1  # a start takes longer
    assert float(reading.partition(";")[0]) >= task["clock"]["seconds"]


def test_fresh_server_begins_anew(serve):
    with serve() as server:
        use(server.url, scenario="release")
        server.end(KILL)

    with serve("--fresh") as server:
        assert admin(server.url, "/sessions") == {"sessions": []}
        use(server.url, session="bob")
        assert server.end(KILL)[1] == ""

    with serve() as server:
        assert [session["name"] for session in admin(server.url, "/sessions")["sessions"]] == ["bob"]


def test_nothing_is_kept_in_ci(serve, kept):
    with serve(CI="true") as server:
        use(server.url)
    assert files(kept) == []


def test_no_credential_is_in_the_file(serve, kept):
    said = {**CREDENTIALS, **SECRETS}
    with serve("--scenario", "release") as server:
        url = server.url
        use(url, scenario="release", clock="manual")
        admin(url, "/sessions/anna/tasks/10", "PUT", {})
        admin(url, "/sessions/anna/tasks/10/clock", "POST", {"seek": "failed"})
        for name, more in {
            "operate_node": {"task_id": "10", "node_id": "Copy B", "action": "retry"},
            "create_task": {"template_id": "1", "name": "n"},
            "get_task_status": {"task_id": "10"},
        }.items():
            headers = {**COOKIE, "X-Bkapi-Authorization": json.dumps(SECRETS), "Authorization": "Bearer t0ken-of-anna"}
            assert send(url, f"{SOPS}{name}/", "POST", {**said, **more}, headers).json["result"], name
        server.end(KILL)

    content = b"".join(path.read_bytes() for path in files(kept))
    assert b"anna" in content
    assert [secret for secret in (*SECRETS.values(), "secret") if secret != "app" and secret.encode() in content] == []


@pytest.fixture
def started(kept, port, monkeypatch):
    """What a server says of the sessions that it takes up, and the server; without its socket."""
    stores = []

    def start(**how):
        for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
            monkeypatch.setenv(name, str(kept))
        store = SqliteStore(patience=0)
        stores.append(store)
        app = build_app(Settings(), store=store)
        return keep_sessions(app, store, int(port), **{"fresh": False, **how}), app

    yield start
    for store in stores:
        store.close()


def test_server_says_how_many_sessions_it_keeps(started):
    said = []
    for number in range(3):
        line, app = started()
        said.append(re.sub(r"\d\d:\d\d", "18:04", str(line)))
        Session(app.context, str(number)).settle()
        app.playback.store.close()

    anew = "kept from 18:04 (taskmock serve --fresh begins anew)"
    assert said == ["None", f"1 session {anew}", f"2 sessions {anew}"]
    assert started(fresh=True)[0] is None


def test_second_server_of_the_port_keeps_nothing_and_says_so(started, capsys):
    started()

    line, app = started()

    Session(app.context, "anna").settle()
    said = capsys.readouterr().err
    assert line is None
    assert re.fullmatch(r"Warning: sessions will not outlive this server: another server has .+\.sqlite\n", said)


def test_server_starts_where_nothing_can_be_kept(started, kept, capsys):
    kept.write_text("a file, and no folder")

    line, app = started()

    Session(app.context, "anna").settle()
    assert line is None
    assert capsys.readouterr().err.startswith(f"Warning: sessions will not outlive this server: {kept}")


@pytest.mark.parametrize(("ci", "keeps"), [("true", False), ("1", False), ("false", True), ("0", True), ("", True)])
def test_ci_is_what_the_variable_says(monkeypatch, ci, keeps):
    monkeypatch.setenv("CI", ci)

    assert (store_for(8070, state=True) is not None) is keeps
    assert store_for(8070, state=False) is None
    assert store_for(0, state=True) is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders")
def test_file_stands_in_the_folder_for_state_by_working_folder_and_port(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/someone")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    file = state_file(tmp_path, 8070)

    assert str(file.parent) == "/state/taskmock"
    assert re.fullmatch(r"[0-9a-f]{16}\.sqlite", file.name)
    assert len({file, state_file(tmp_path, 8071), state_file(tmp_path / "a", 8070)}) == 3
    for said in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", said)
        assert str(state_file(tmp_path, 8070).parent) == "/someone/.local/state/taskmock"


def test_moment_of_another_day_has_its_date():
    now = WallClock().now()

    assert re.fullmatch(r"\d\d:\d\d", _told(now))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", _told(now - 48 * 3_600_000))
