"""Compares random pipelines and operations on the real engines and on the mock: `make fidelity PAIRS=… SEED=…`.

Exit code 0: no difference; 1: differences, each printed as a small scenario; 2: an engine's package is missing.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import sys
import time

from system.differential.comparison import differences, moments
from system.differential.pipelines import KINDS, drawn
from system.differential.shrinking import shrunk
from system.differential.wishes import wish_of
from system.differential.worker_process import EngineMissingError, Worker
from taskmock.mockserver.core.engine.dialect import V1, V2
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.scenarios.files import dump_scenario

DIALECTS = {"2": V2, "2.11": V2, "1": V1}
EDITIONS = {"2": "v2", "2.11": "v2", "1": "v1"}
SHARES = {"2": 1, "1": 5, "2.11": 20}
"""Each engine is compared in this part of the pairs: engine 1 is slow, and the 2.11 line is nearly engine 2."""

LEAST = 200
"""The pairs in which each operation should be given, in a run of thousands."""


@dataclasses.dataclass
class Tally:
    """What a run has seen: pairs, moments, and for each operation pairs, how often given, accepted and different."""

    pairs: int = 0
    refused: int = 0
    moments: int = 0
    nodes: int = 0
    unequal: int = 0
    in_pairs: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    given: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    accepted: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    different: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    finds: dict = dataclasses.field(default_factory=dict)

    def add(self, life, played, found):
        """Counts one pair."""
        self.pairs += 1
        self.moments += moments(life, played)
        self.nodes += len(life.graph.nodes)
        self.unequal += bool(found)
        kinds = [kind_of_operation(one) for one in life.operations]
        self.in_pairs.update(set(kinds))
        self.given.update(kinds)
        answers = zip(kinds, played["answers"], strict=True)
        self.accepted.update(kind for kind, answer in answers if answer[0])
        if found:
            self.different.update(set(kinds))

    def table(self):
        """The operations with their numbers, as text."""
        rows = [("operation", "pairs", "given", "accepted", "in unequal pairs")]
        for verb, on_task in KINDS:
            name = name_of(verb, on_task)
            counters = (self.in_pairs, self.given, self.accepted, self.different)
            rows.append((name, *(str(counter[name]) for counter in counters)))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)

    def rare(self):
        """The operations that were in too few pairs."""
        names = [name_of(*kind) for kind in KINDS]
        return [name for name in names if self.in_pairs[name] < LEAST]


def name_of(verb, on_task):
    """An operation as the table names it."""
    return f"{verb} task" if on_task and verb in {"pause", "resume"} else str(verb)


def kind_of_operation(operation):
    """An operation of a pair as the table names it."""
    return name_of(operation.verb, operation.label == "task")


class Run:
    """Pairs on one engine, one after the other."""

    def __init__(self, worker, engine):
        self.worker = worker
        self.engine = engine
        self.tally = Tally()

    def pair(self, number, *, operated=True):
        """Compares the pair of a number; its differences."""
        life = drawn(number, DIALECTS[self.engine], operated=operated, focus=KINDS[number % len(KINDS)])
        played, found = self.compared(life)
        if "refused" in played:
            self.tally.refused += 1
            return []
        self.tally.add(life, played, found)
        return found and self._kept(number, life, found)

    def compared(self, life):
        """What the engine does with a life, and the differences."""
        played = self.worker.play(wish_of(life.graph, life.script, life.operations))
        if "failed" in played:
            raise RuntimeError(played["failed"])
        return played, [] if "refused" in played else differences(life, played)

    def _kept(self, number, life, found):
        kind = found[0].kind
        kept = self.tally.finds.setdefault(kind, [])
        kept.append((number, life, found))
        return found

    def smallest(self, kind):
        """The smallest pair with a difference of a kind, and its differences."""
        _, life, _ = min(self.tally.finds[kind], key=lambda find: len(find[1].graph.nodes) + len(find[1].operations))
        life = shrunk(life, kind, lambda one: {found.kind for found in self.compared(one)[1][:1]})
        return life, self.compared(life)[1]


def as_scenario(life, found, edition):
    """A pair as a scenario file, with its operations and differences in the head."""
    scenario = Scenario(name="difference", plays=(dataclasses.replace(life.script, name="Task"),), edition=edition)
    data = [f" {one.data!r}" if one.data is not None else "" for one in life.operations]
    given = [
        f"# {one.at / 1000:g}s {one.verb} {one.label}{said}" for one, said in zip(life.operations, data, strict=True)
    ]
    return "\n".join(
        ["# Operations:", *given, "# What differs:", *(f"#   {one}" for one in found), dump_scenario(scenario)]
    )


def run_engine(engine, pairs, seed):
    """Compares so many pairs on one engine, and prints what it has found; whether all are equal."""
    worker = Worker(engine)
    try:
        run, began = Run(worker, engine), time.monotonic()
        for number in range(seed, seed + pairs):
            run.pair(number)
            if (number - seed + 1) % 100 == 0:
                spent = time.monotonic() - began
                print(
                    f"engine {engine}: {run.tally.pairs} pairs, {run.tally.unequal} unequal, {spent:.0f} s",
                    file=sys.stderr,
                )
        return _told(run)
    finally:
        worker.close()


def _told(run):
    tally = run.tally
    print(
        f"engine {run.engine}: {tally.pairs} pairs, {tally.moments} moments, {tally.nodes} nodes, "
        f"{tally.unequal} pairs unequal; {tally.refused} flows refused by the engine's validator"
    )
    print(tally.table())
    if rare := tally.rare():
        print(f"in fewer than {LEAST} pairs: {', '.join(rare)}")
    for kind, finds in sorted(tally.finds.items(), key=lambda item: -len(item[1])):
        numbers = ", ".join(str(number) for number, *_ in finds[:5])
        print(f"\n{len(finds)} pairs ({numbers}): {kind}")
        life, found = run.smallest(kind)
        print(as_scenario(life, found, EDITIONS[run.engine]))
    return not tally.finds


def main():
    """Reads the command line and compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", action="append", choices=list(SHARES), help="default: all, in shares")
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first pair")
    options = parser.parse_args()
    shares = dict.fromkeys(options.engine, 1) if options.engine else SHARES
    equal = []
    for engine, share in shares.items():
        try:
            equal.append(run_engine(engine, -(-options.pairs // share), options.seed))
        except EngineMissingError as error:
            print(error, file=sys.stderr)
            return 2
    return 0 if all(equal) else 1


if __name__ == "__main__":
    sys.exit(main())
