"""Generated tasks judged at their readings; as a script, for as many seeds as asked for.

python -m support.generated_tasks --first 0 --seeds 10000
"""

from __future__ import annotations

import argparse
import sys
import time

from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.documents.edition import expired
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS, PLAYED, document
from taskmock.mockserver.core.draw import draw_choice, draw_int, draw_unit
from taskmock.mockserver.dry_run.frames import sample_record
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.options import STATES, GenerateOptions, least_nodes
from taskmock.mockserver.playback.player import played

SMALL = 40
"""Nodes up to which a task is read at every change too."""

SAMPLED = 16
"""Readings that fall anywhere."""

CONTRACTS = {edition: Contract(edition, strictness="strict") for edition in PLAYED}


def wish_for(seed, edition):
    """A wish with a size of 1 to 300 nodes, and sometimes a state, depth, breadth or locale."""
    key = ("wish", seed, edition)
    most = draw_choice((40, 40, 40, 100, 300), *key, "most")
    state = draw_choice(STATES[edition], *key, "state") if draw_unit(*key, "stated") < 0.6 else None
    depth = draw_int(1, 6, *key, "depth") if draw_unit(*key, "deep") < 0.3 else None
    if state in {"CREATED", "EXPIRED"}:
        return GenerateOptions(nodes=1, state=state, edition=edition)
    nodes = max(draw_int(1, most, *key, "nodes"), least_nodes(state, depth))
    breadth = draw_int(2, 9, *key, "breadth")
    return GenerateOptions(
        nodes=nodes, depth=depth, state=state, edition=edition, breadth=breadth, locale=locale_for(seed)
    )


def locale_for(seed):
    """English or Chinese."""
    return draw_choice(("en", "zh"), "locale", seed)


def readings(seed, history, *, nodes):
    """The moments, in ms, at which a task is read."""
    last = history.moments[-1] + 10_000
    sampled = {draw_int(0, last, "reading", seed, number) for number in range(SAMPLED)}
    return sorted(sampled.union(history.moments)) if nodes <= SMALL else sorted(sampled)


def bodies(seed, edition):
    """Every reading of a seed's task, with the answer's body."""
    wish = wish_for(seed, edition)
    generated = generate(str(seed), "10", wish)
    play = generated.scenario.plays[0]
    if play.expires is not None:
        if edition != "doc-2019":
            yield 0, body(edition, expired(play.name))
        return
    record = sample_record(str(seed))
    history = played(record, play, PLAYED[edition])
    for moment in {*readings(seed, history, nodes=wish.nodes), generated.moment}:
        data = document(history.tree_at(moment), PLAYED[edition], epoch=record.epoch, key=record.draw_key)
        yield moment, body(edition, data)


def body(edition, data):
    """A whole answer."""
    return {"result": True, "data": data} | ({} if edition == "doc-2019" else {"code": 0, "message": ""})


def findings(seed, edition):
    """What the strict contract says against any answer of a seed's task, with the number of answers judged."""
    found, judged = [], 0
    for moment, answer in bodies(seed, edition):
        judged += 1
        report = CONTRACTS[edition].check_response(answer)
        if not report.ok or report.violations:
            wish = wish_for(seed, edition)
            found.append(f"seed {seed}, {wish}, at {moment} ms: {report.violations[0]}")
    return found, judged


def main():
    """Judges seeds in all editions, and says what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=300, help="how many seeds")
    asked = parser.parse_args()
    begun, judged, found = time.perf_counter(), 0, []
    for seed in range(asked.first, asked.first + asked.seeds):
        for edition in EDITIONS:
            more, count = findings(seed, edition)
            found += more
            judged += count
    seconds = time.perf_counter() - begun
    for line in found[:20]:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{asked.seeds} seeds, {judged} answers in {seconds:.1f} s: {len(found)} not as the contract says\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
