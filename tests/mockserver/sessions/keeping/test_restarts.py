"""A server that is restarted at any moment gives the bytes of one that never stopped, and the readings of the law."""

import json
import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import example, given
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
USES = [
    "",
    "&scenario=extra",
    "&scenario=release&clock=polls",
    "&speed=7",
    "&task=10&seek=failed&frozen=true",
    "&at=3",
    "&fault=http:502",
]


def of_task(chance):
    """A call about a task."""
    task = chance.choice(["10", "10", "1001"])
    path, (action, node) = f"/sessions/a/tasks/{task}", chance.choice(OPERATIONS)
    return chance.choice(
        [
            *[(f"/__s/a{status_of(task)}", "GET", b"")] * 4,
            api("a", "operate_node", task_id=task, action=action, node_id=node),
            api("a", "operate_task", task_id=task, action=chance.choice(["start", "pause", "resume", "revoke"])),
            *[admin(f"{path}/clock", "POST", chance.choice(MOVES)) for _ in range(3)],
            admin(path, "PUT", {"scenario": chance.choice([None, "extra"])}),
            admin(f"{path}/faults", "POST", {"faults": [chance.choice(FAULTS)]}),
            admin(f"{path}/faults", "DELETE"),
        ]
    )


def of_session(chance):
    """A call about the session, or about what all sessions play."""
    made = chance.choice(["create_task", "create_and_start_task"])
    return chance.choice(
        [
            admin(f"/use?session=a{chance.choice(USES)}"),
            admin("/sessions/a/clock", "POST", {"speed": chance.choice([1, 9])}),
            admin("/sessions/a", "PUT", {"clock": chance.choice(["polls", None])}),
            *[api("a", made, template_id="1", name="n")] * 2,
            admin("/scenarios/release", "PUT", chance.choice([RELEASE, EDITED]).encode()),
            *[admin("/scenarios/extra", "PUT", chance.choice([EXTRA, GONE]).encode())] * 2,
            admin("/scenarios/extra", "DELETE"),  # whether one of a file can be deleted depends on who has read it
        ]
    )


def drawn(number):
    """What is done, by a number: calls, waiting for so many ms, and ends of the server."""
    chance = random.Random(number)
    for kind in chance.choices(["task", "session", "time", "end"], [12, 3, 2, 2], k=chance.randint(5, 40)):
        match kind:
            case "task":
                yield of_task(chance)
            case "session":
                yield of_session(chance)
            case "time":
                yield chance.randint(1, 4000)
            case _:
                yield chance.choice(["terminate", "kill"])


def answer(app, asked):
    target, method, body = asked
    return ask(app, target, method=method, body=body)


@examples(25)
@example(number=133)  # a speed of 1, which is not written like 1.0
@given(number=st.integers(0, 2**32 - 1))
def test_restarts_change_no_byte(number):
    day = Day()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "release.yaml").write_text(RELEASE, encoding="utf-8")
        settings = Settings(scenario="release", scenarios=(folder,), clock=day)
        steady, restarted = build_app(settings), Restarted(folder, settings)
        try:
            for step in [admin("/use?session=a"), *drawn(number), admin("/sessions/a")]:
                if isinstance(step, int):
                    day.moment += step
                elif isinstance(step, str):
                    getattr(restarted, step)()
                else:
                    assert answer(restarted.app, step) == answer(steady, step)
        finally:
            restarted.store.close()
