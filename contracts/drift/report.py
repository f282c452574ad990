"""The drift of a corpus as text for people and as JSON for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.api.bk_sops.edition import AUTO
from taskmock.contracts.drift.census import Census
from taskmock.contracts.drift.finding import BODY, Finding
from taskmock.contracts.findings.foreign_text import harmless, harmless_json, printable
from taskmock.contracts.findings.wording import counted

FORMAT = 1
"""The version of the JSON form."""

_NAMES = {
    BODY: "what cannot be read",
    "answer": "around the data",
    "failure": "an answer whose `result` is false",
    "task": "the task",
    "created": "the CREATED body",
    "expired": "the EXPIRED body",
    "node": "a node below the task",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Aside:
    """What a report leaves out: files that are no answer, and things found that a baseline accepts."""

    passed_over: int = 0
    accepted: int = 0


def drift_text(census: Census, findings: Sequence[Finding], overlays: Sequence[dict[str, Any]], aside: Aside) -> str:
    """The drift as text: one line of verdict, the findings by kind of object, then an overlay that fits."""
    total = census.total
    answers = counted(total, "answer")
    found = counted(len(findings), "finding")
    verdict = f"DRIFT in {answers}: {found}" if findings else f"NO DRIFT in {answers}"
    lines = [verdict, f"  compared with {_compared(census)}"]
    if census.trees < total:
        lines.append(f"  with a tree: {census.trees:,}")
    if aside.passed_over:
        lines.append(f"  passed over: {aside.passed_over:,} that {'is' if aside.passed_over == 1 else 'are'} no answer")
    if aside.accepted:
        lines.append(f"  accepted by the baseline: {aside.accepted:,}")
    lines.extend(_finding_lines(census, findings))
    for overlay in overlays:
        lines.append(f"suggested overlay of {overlay['extends']}:")
        lines.append(harmless_json(overlay_text(overlay)))
    return harmless("\n".join(lines))


def drift_json(census: Census, findings: Sequence[Finding], overlays: Sequence[dict[str, Any]], aside: Aside) -> str:
    """The drift as one JSON document in plain ASCII."""
    document = {
        "format": FORMAT,
        "ok": not findings,
        "edition": census.edition,
        "answers": dict(sorted(census.answers.items())),
        "unreadable": sum(census.unreadable.values()),
        "trees": census.trees,
        "passed_over": aside.passed_over,
        "accepted": aside.accepted,
        "findings": [{**dataclasses.asdict(finding), "message": finding.message} for finding in findings],
        "overlays": list(overlays),
    }
    return harmless_json(json.dumps(document, indent=2))


def overlay_text(overlay: dict[str, Any]) -> str:
    """An overlay as its file holds it: one field a line."""
    lines = ["{", f'  "extends": {json.dumps(overlay["extends"])},']
    shapes = [name for name in overlay if name != "extends"]
    for name in shapes:
        fields = [f"    {json.dumps(field)}: {json.dumps(said)}" for field, said in overlay[name].items()]
        lines.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(fields) + "\n  }" + ("," if name != shapes[-1] else ""))
    return "\n".join([*lines, "}"])


def _compared(census: Census) -> str:
    if census.overlay is not None:
        return f"{census.edition} as {printable(census.overlay.source)} extends it"
    if census.edition != AUTO:
        return f"edition {census.edition}"
    told = ", ".join(f"{edition} ({number:,})" for edition, number in sorted(census.answers.items()))
    return f"the edition of each answer: {told or 'none'}"


def _finding_lines(census: Census, findings: Sequence[Finding]) -> Iterator[str]:
    before = ("", "")
    for finding in findings:
        if (finding.edition, finding.shape) != before:
            before = (finding.edition, finding.shape)
            edition = f"{finding.edition}, " if finding.edition and len(census.answers) > 1 else ""
            yield f"  {edition}{_NAMES[finding.shape]}" + (f" ({finding.total:,})" if finding.shape != BODY else "")
        yield f"    {finding.label}: {printable(finding.message)}"
