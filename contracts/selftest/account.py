"""What a self-test says: a line for each kind of mutation with the rule that caught it, and the verdict."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from taskmock.contracts.selftest.trial import SelfTest, Trial

FORMAT = 1
"""The version of the JSON account."""


def account_text(test: SelfTest) -> str:
    """A self-test as plain text."""
    return "\n".join([*map(_line, _by_kind(test).items()), *_complaints(test), _verdict(test)])


def account_json(test: SelfTest) -> str:
    """A self-test as JSON in plain ASCII."""
    document = {
        "format": FORMAT,
        "ok": test.ok,
        "editions": test.editions,
        "mutants": len(test.trials),
        "caught": sum(trial.caught for trial in test.trials),
        "false_alarms": test.false_alarms,
        "unproven": test.unproven,
        "trials": [{**dataclasses.asdict(trial), "caught": trial.caught} for trial in test.trials],
    }
    return json.dumps(document, indent=2)


def _by_kind(test: SelfTest) -> dict[str, list[Trial]]:
    kinds: dict[str, list[Trial]] = {}
    for trial in test.trials:
        kinds.setdefault(trial.mutation, []).append(trial)
    return kinds


def _line(kind: tuple[str, list[Trial]]) -> str:
    name, trials = kind
    caught = sum(trial.caught for trial in trials)
    codes = ", ".join(dict.fromkeys(code for trial in trials for code, _ in trial.expected))
    editions = ", ".join(dict.fromkeys(trial.edition for trial in trials))
    mark = "caught" if caught == len(trials) else "MISSED"
    return f"  {mark} {name:32} by {codes:44} {caught:3} of {len(trials):3}  {editions}"


def _complaints(test: SelfTest) -> Iterator[str]:
    for trial in test.trials:
        for code, pointer in trial.missed:
            place = f" at {pointer}" if pointer else ""
            yield f"  not found: {code}{place}, broken by {trial.mutation} in {trial.edition}, {trial.document}"
    for edition, name in test.false_alarms:
        yield f"  false alarm: {name} of {edition} is good"
    for rule in test.unproven:
        yield f"  not proven: no mutation breaks {rule}"


def _verdict(test: SelfTest) -> str:
    kinds = len(_by_kind(test))
    caught = sum(trial.caught for trial in test.trials)
    return (
        f"{'PASS' if test.ok else 'FAIL'} self-test of {', '.join(test.editions)}: {caught:,} of {len(test.trials):,}"
        f" mutants of {kinds} kinds caught by the rule that they break"
    )
