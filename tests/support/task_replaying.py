"""Replays lives that another process has led: their scenario files and logs in, a digest of all their answers out.

`python -m support.task_replaying` reads a JSON list from its input and prints one.
"""

import hashlib
import json
import random
import sys

from support.scenario_building import given, history, rendered
from taskmock.mockserver.scenarios import read_scenario


def packed(text, edition, log):
    """A life as data: its scenario file, the edition it is told in, the commands that were accepted."""
    commands = [(entry.at / 1000, entry.command.verb.value, entry.command.target, entry.command.data) for entry in log]
    return {"scenario": text, "edition": edition, "log": commands}


def digest_of(life):
    """A digest of every answer of a packed life."""
    (play,) = read_scenario(life["scenario"], source="life").plays
    played = history(play, *(given(*command) for command in life["log"]), edition=life["edition"])
    return digest(played, life["edition"])


def readings(played):
    """Moments at which to look at a history: every change, a little later, and any time else."""
    chance = random.Random(len(played.changes))
    anywhere = (chance.randint(0, played.moments[-1] + 5000) for _ in range(5))
    return sorted({moment + later for moment in played.moments for later in (0, 333)}.union(anywhere))


def digest(played, edition):
    """A digest of every answer of a history."""
    answers = [(moment, rendered(played, moment, edition)) for moment in readings(played)]
    return hashlib.sha256(json.dumps(answers).encode("ascii")).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(json.dumps([digest_of(life) for life in json.load(sys.stdin)]))
