"""The memory of a mock after 100,000 sessions and a million polls; `python benchmarks/memory.py [SESSIONS] [POLLS]`."""

import sys
import time
from pathlib import Path

from taskmock.mockserver.http.message import Call
from taskmock.mockserver.server.app import App
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.journal import JOURNAL_BYTES

TARGET = (
    "/api/c/compapi/v2/sops/get_task_status/?bk_app_code=app&bk_app_secret=secret&bk_username=anna"
    "&bk_biz_id=2&task_id={task}"
)
PAGE = 4096


def resident() -> float:
    """Give the memory of this process in MiB, where /proc tells it."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text(encoding="ascii").split()[1]) * PAGE / 2**20 if statm.exists() else float("nan")


def ask(app: App, call: Call) -> None:
    """Answer a call as the server does."""
    reply = app.answer_inline(call) or app.answer(call)
    if reply.status != 200:
        raise RuntimeError(reply.body)


def poll(app: App, sessions: int, polls: int) -> None:
    """Touch all sessions, then poll them in turn until there were so many polls."""
    for number in range(polls):
        session = number % sessions
        call = Call("GET", TARGET.format(task=session % 500), (("x-mock-session", f"session-{session}"),))
        ask(app, call)
        if (number + 1) % (polls // 10) == 0:
            print(f"{number + 1:>9} polls: {resident():6.0f} MiB")


def main(sessions: int = 100_000, polls: int = 1_000_000) -> None:
    """Print the figures."""
    app = build_app(Settings(edition="v2"))
    print(f"   before: {resident():6.0f} MiB")
    begun = time.perf_counter()
    poll(app, sessions, polls)
    print(f"{polls} polls of {sessions} sessions in {time.perf_counter() - begun:.0f} s")
    print(f"sessions remembered: {len(app.playback.store.sessions())}")
    weight = sum(entry.weight for entry in app.journal.find())
    print(f"journal: {len(app.journal.find())} calls, {weight} of {JOURNAL_BYTES} bytes as it weighs them")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
