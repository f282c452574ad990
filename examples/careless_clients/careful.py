"""The poller of the other example, in the words of these clients."""

import time

from api import CREDENTIALS
from poller import NotEndedError, Patience, Poller, StatusError

WORDS = {"FINISHED": "done", "REVOKED": "stopped", "EXPIRED": "history cleaned"}


def wait(base, task_id, sleep=time.sleep):
    naps = []

    def nap(seconds):
        naps.append(seconds)
        sleep(seconds)

    poller = Poller(base, CREDENTIALS, patience=Patience(in_all=600), sleep=nap, now=lambda: sum(naps))
    try:
        outcome = poller.wait("2", task_id)
    except StatusError as error:
        return f"refused: {error}"
    except NotEndedError as error:
        return f"waits for somebody: {error.state}"
    if outcome.state == "FAILED":
        return f"failed: {', '.join(path.rpartition(' / ')[2] for path in outcome.failed)}"
    return WORDS[outcome.state] + (f", failures skipped: {len(outcome.skipped)}" if outcome.skipped else "")


def status(base, task_id):
    return Poller(base, CREDENTIALS).status("2", task_id)
