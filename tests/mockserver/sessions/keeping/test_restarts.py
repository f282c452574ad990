"""A server that is restarted at any moment gives the bytes of one that never stopped, and the readings of the law."""

import functools
import json
import shutil
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from support.app_calls import ask
from support.mock_calls import CREDENTIALS, SOPS, status_of
from support.properties import examples
from support.release_scenario import RELEASE
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.keeping.sqlite_store import SqliteStore

EDITED = RELEASE.replace("Prepare: 2s", "Prepare: 5s").replace("Copy A: 3s", "Copy A: 1s")
EXTRA = RELEASE.replace("scenario: release", "scenario: extra")
GONE = EXTRA.replace("Copy B", "Copy C")


class Day:
    """The time of day of both servers."""

    fixed = False

    def __init__(self):
        self.moment = 1_700_000_000_000

    def now(self):
        return self.moment


class Restarted:
    """A server that keeps its sessions in a file, and that can be ended and started again."""

    def __init__(self, folder, settings):
        self.folder, self.settings, self.starts = folder, settings, 0
        self.start()

    def start(self):
        self.store = SqliteStore(clock=self.settings.clock, interval=3600, patience=0)
        self.app = build_app(self.settings, store=self.store)
        self.store.keep_in(self.folder / str(self.starts) / "1.sqlite", self.app.context.catalog)

    def terminate(self):
        self.store.close()
        self.start()

    def kill(self):
        self.store.flush()  # what is a second old is there
        before, self.starts = self.folder / str(self.starts), self.starts + 1
        shutil.copytree(before, self.folder / str(self.starts))
        self.store.close()
        self.start()


def admin(path, method="GET", said=None):
    body = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
    return f"/__admin{path}", method, body


def api(session, call, **said):
    return f"/__s/{session}{SOPS}{call}/", "POST", json.dumps({**CREDENTIALS, **said}).encode()


MOVES = [
    {"set": 0},
    {"set": 5},
    {"advance": 0.5},
    {"advance": 3},
    {"frozen": True},
    {"frozen": False},
    {"restart": True},
]
MOVES += [{"seek": name} for name in ("failed", "end", "start", "next", "back")]
MOVES += [{"speed": 0.5}, {"speed": 60}, {"seek": "failed", "speed": 3, "frozen": True}]
FAULTS = [{"answers": 1, "http": 502}, {"polls": [1, 2, 4], "body": "no"}, {"chance": 0.5, "empty": True}]
OPERATIONS = [("retry", "Copy B"), ("skip", "Copy B"), ("callback", "Approve"), ("forced_fail", "Prepare")]
USES = ["", "&scenario=extra", "&scenario=release&clock=polls", "&speed=7", "&task=10&seek=failed&frozen=true", "&at=3"]


def of_task(task):
    """A call about a task."""
    path = f"/sessions/a/tasks/{task}"
    operated = functools.partial(api, "a", "operate_node", task_id=task)
    started = functools.partial(api, "a", "operate_task", task_id=task)
    poll = (f"/__s/a{status_of(task)}", "GET", b"")
    return st.one_of(
        st.just(poll),
        st.just(poll),
        st.sampled_from(OPERATIONS).map(lambda said: operated(action=said[0], node_id=said[1])),
        st.sampled_from(["start", "pause", "resume", "revoke"]).map(lambda action: started(action=action)),
        st.sampled_from(MOVES).map(lambda said: admin(f"{path}/clock", "POST", said)),
        st.sampled_from([None, "extra"]).map(lambda name: admin(path, "PUT", {"scenario": name})),
        st.sampled_from(FAULTS).map(lambda fault: admin(f"{path}/faults", "POST", {"faults": [fault]})),
        st.just(admin(f"{path}/faults", "DELETE")),
    )


of_session = st.one_of(
    st.sampled_from(USES).map(lambda said: admin(f"/use?session=a{said}")),
    st.sampled_from([1, 9]).map(lambda speed: admin("/sessions/a/clock", "POST", {"speed": speed})),
    st.sampled_from(["polls", None]).map(lambda clock: admin("/sessions/a", "PUT", {"clock": clock})),
    st.sampled_from(["create_task", "create_and_start_task"]).map(
        lambda name: api("a", name, template_id="1", name="n")
    ),
    st.sampled_from([RELEASE, EDITED]).map(lambda text: admin("/scenarios/release", "PUT", text.encode())),
    st.sampled_from([EXTRA, GONE]).map(lambda text: admin("/scenarios/extra", "PUT", text.encode())),
    st.just(admin("/scenarios/extra", "DELETE")),  # whether one of a file can be deleted depends on who has read it
)
of_tasks = st.sampled_from(["10", "10", "1001"]).flatmap(of_task)
kinds = {
    "task": of_tasks,
    "session": of_session,
    "time": st.integers(1, 4000),
    "end": st.sampled_from(["terminate", "kill"]),
}
steps = st.sampled_from(["task"] * 6 + ["session", "time", "end"]).flatmap(kinds.__getitem__)


def answer(app, asked):
    target, method, body = asked
    return ask(app, target, method=method, body=body)


@examples(40)
@given(st.lists(steps, min_size=5, max_size=30))
def test_restarts_change_no_byte(done):
    day = Day()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "release.yaml").write_text(RELEASE, encoding="utf-8")
        settings = Settings(scenario="release", scenarios=(folder,), clock=day)
        steady, restarted = build_app(settings), Restarted(folder, settings)
        try:
            for step in [admin("/use?session=a"), *done, admin("/sessions/a")]:
                if isinstance(step, int):
                    day.moment += step
                elif isinstance(step, str):
                    getattr(restarted, step)()
                else:
                    assert answer(restarted.app, step) == answer(steady, step)
        finally:
            restarted.store.close()
