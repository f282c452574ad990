"""Baselines as files: JSON, or TOML where the name ends so; every mistake in one is reported at once."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
from collections.abc import Iterable, Iterator

from taskmock.contracts.files import DocumentFileError, read_document, write_output
from taskmock.contracts.findings.baseline import Baseline, Entry, is_acceptable, unacceptable_codes
from taskmock.contracts.findings.report import Report
from taskmock.contracts.findings.wording import guess, kind_of
from taskmock.schemas.argument import demand

FORMAT = 1
"""The version of the file."""

REQUIRED = ("code", "place", "until")
KEYS = (*REQUIRED, "node", "reason")


class BaselineError(ValueError):
    """A baseline that cannot be used; the text has a line for each mistake, with the file and the entry."""


def load_baseline(file: str | os.PathLike[str], *, or_empty: bool = False, hint: str = "") -> Baseline:
    """The baseline in a file; where there is no file, an empty one if that will do.

    Raises: BaselineError where it cannot be read or understood; `hint` is added to the message where there is no file.
    """
    demand("load_baseline(file)", file, str | os.PathLike, "the path of a baseline")
    file = os.fspath(file)
    if or_empty and not pathlib.Path(file).exists():
        return Baseline()
    content = _content(file, hint)
    mistakes = list(_mistakes(content))
    if mistakes:
        raise BaselineError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    assert isinstance(content, dict)  # noqa: S101 - anything else is a mistake
    return Baseline(tuple(_entry(entry) for entry in content["accepted"]))


def save_baseline(baseline: Baseline, file: str | os.PathLike[str]) -> None:
    """Writes a baseline, in the order of its entries.

    Raises: BaselineError where the file cannot be written.
    """
    demand("save_baseline(baseline)", baseline, Baseline, "a Baseline")
    demand("save_baseline(file)", file, str | os.PathLike, "the path of a baseline")
    file = os.fspath(file)
    text = _toml(baseline) if file.endswith(".toml") else _json(baseline)
    try:
        write_output(file, text)
    except DocumentFileError as error:
        raise BaselineError(str(error)) from None


def check_acceptable(reports: Iterable[Report], file: str) -> None:
    """Checks that a baseline can accept all findings.

    Raises: BaselineError where a finding states that nothing was judged.
    """
    codes = unacceptable_codes(reports)
    if codes:
        raise BaselineError(f"{file} is not written: {_refused(codes)}")


def _refused(codes: Iterable[str]) -> str:
    return f"{', '.join(codes)}: where nothing was judged, there is nothing to accept"


def _content(file: str, hint: str) -> object:
    try:
        return read_document(file)
    except DocumentFileError as error:
        is_missing = not pathlib.Path(file).exists()
        raise BaselineError(f"{error}; {hint}" if hint and is_missing else str(error)) from None


def _mistakes(content: object) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"the file is {kind_of(content)}, not an object with `format` and `accepted`"
        return
    if content.get("format") != FORMAT:
        yield f"`format` is {content.get('format')!r}, not {FORMAT}"
    entries = content.get("accepted")
    if not isinstance(entries, list):
        yield "`accepted` is no list of entries"
        return
    for key in content.keys() - {"format", "accepted"}:
        yield f"unknown key {key!r}{guess(key, ('format', 'accepted'))}"
    for number, entry in enumerate(entries, 1):
        for mistake in _entry_mistakes(entry):
            yield f"entry {number}: {mistake}"


def _entry_mistakes(entry: object) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"{kind_of(entry)}, not an object with {', '.join(REQUIRED)}"
        return
    for key in entry:
        if key not in KEYS:
            yield f"unknown key {key!r}{guess(str(key), KEYS)}"
    for key in REQUIRED:
        if key not in entry:
            yield f"`{key}` is missing"
    for key in KEYS:
        if key != "until" and not isinstance(entry.get(key, ""), str):
            yield f"`{key}` is {kind_of(entry[key])}, not a string"
    if isinstance(entry.get("code"), str) and not is_acceptable(entry["code"]):
        yield _refused([entry["code"]])
    if "until" in entry and _day(entry["until"]) is None:
        yield f"`until` is no day such as 2030-01-31: {entry['until']!r}"


def _entry(entry: dict[str, object]) -> Entry:
    texts = {key: str(entry[key]) for key in KEYS if key in entry and key != "until"}
    day = _day(entry["until"])
    return Entry(until=day or dt.date.min, **texts)


def _day(value: object) -> dt.date | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value  # TOML has dates of its own
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _fields(entry: Entry) -> dict[str, str]:
    fields = {"code": entry.code, "place": entry.place, "node": entry.node, "until": entry.until.isoformat()}
    return {key: value for key, value in {**fields, "reason": entry.reason}.items() if value or key in REQUIRED}


def _json(baseline: Baseline) -> str:
    document = {"format": FORMAT, "accepted": [_fields(entry) for entry in baseline.entries]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _toml(baseline: Baseline) -> str:
    blocks = [
        "\n".join(f"{key} = {_quoted(value)}" for key, value in _fields(entry).items()) for entry in baseline.entries
    ]
    accepted = "".join(f"\n[[accepted]]\n{block}\n" for block in blocks) or "accepted = []\n"
    return f"format = {FORMAT}\n{accepted}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
