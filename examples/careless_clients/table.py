"""Prints what each client says of each shipped scenario, as a table in Markdown."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "poller"))

import careful
import chat_bot
import container_platform
import database_manager
import monitoring
import product_page
import ticket_system
from situation import Situation

from taskmock.mockserver import ManualClock, MockServer

CLIENTS = {
    "ticket system": ticket_system,
    "database manager": database_manager,
    "container platform": container_platform,
    "monitoring": monitoring,
    "chat bot": chat_bot,
    "product's page": product_page,
}
SITUATIONS = {
    "`nested-subprocess-failure`": Situation("nested-subprocess-failure"),
    "`deep-30`": Situation("deep-30"),
    "`failed-then-retried`": Situation("failed-then-retried"),
    "`auto-retry-flicker`": Situation("auto-retry-flicker"),
    "`parallel-arm-fails`": Situation("parallel-arm-fails"),
    "`forced-fail`": Situation("forced-fail"),
    "`skipped-and-ignored`": Situation("skipped-and-ignored"),
    "`loop-reentry`": Situation("loop-reentry"),
    "`node-suspended`": Situation("node-suspended"),
    "… and nobody resumes it": Situation("node-suspended", stands=10),
    "`task-paused`": Situation("task-paused"),
    "… and nobody resumes it ": Situation("task-paused", stands=15),
    "`revoked-midway`": Situation("revoked-midway"),
    "`paused-running-node`": Situation("paused-running-node"),
    "… and nobody revokes it": Situation("paused-running-node", stands=40),
    "`revoked-while-retrying`": Situation("revoked-while-retrying"),
    "`operated-after-end`": Situation("operated-after-end"),
    "`unknown-state`": Situation("unknown-state"),
    "`expired`": Situation("expired"),
    "… and the client comes late": Situation("expired", arrives=25),
    "`slow-start`": Situation("slow-start"),
    "`stale-answers`": Situation("stale-answers"),
    "`transient-backend-error`": Situation("transient-backend-error"),
    "`rate-limited`": Situation("rate-limited"),
    "`backend-timeout`": Situation("backend-timeout"),
    "`malformed-envelope`": Situation("malformed-envelope"),
    "`bad-credentials`": Situation("bad-credentials"),
    "`permission-lost`": Situation("permission-lost"),
    "`not-found`": Situation("not-found"),
    "`hostile-text`": Situation("hostile-text"),
    "`duplicate-names`": Situation("duplicate-names"),
    "`float-elapsed-time`": Situation("float-elapsed-time"),
    "`big-1000`": Situation("big-1000"),
    "`big-10000`": Situation("big-10000", arrives=90),  # at its end, where it is largest
    "`wide-500`": Situation("wide-500"),
}


def rows():
    yield "scenario", "the careful client", *CLIENTS
    yield ("---",) * (2 + len(CLIENTS))
    with MockServer(clock=ManualClock()) as mock, ThreadPoolExecutor(1 + len(CLIENTS)) as threads:
        for title, situation in SITUATIONS.items():
            clients = [careful, *CLIENTS.values()]
            right, *said = threads.map(lambda client, at=situation: at.verdict(client, mock.session()), clients)
            cells = ("ok" if agrees(words, right) else f"**{short(words)}**" for words in said)
            yield title.strip(), short(right), *cells


def agrees(words, right):
    """Whether a client has told its user the truth, maybe with less detail."""
    (ending, _, detail), (true_ending, _, true_detail) = words.partition(": "), right.partition(": ")
    if true_ending == "stopped":
        return ending in ("stopped", "failed")  # several clients make no difference
    return ending == true_ending.partition(",")[0] and (ending != "failed" or detail in ("", true_detail))


def short(words):
    """What fits into a cell: of a refusal that it is one, of a long name the beginning."""
    words = words.partition(":")[0] if words.startswith("refused") else words
    return words if len(words) <= 50 else words[:24] + "…"


if __name__ == "__main__":
    for row in rows():
        print("| " + " | ".join(row) + " |")
