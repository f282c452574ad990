"""Recorded answers, read from files and folders."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

from taskmock.contracts.files import DocumentFileError, read_bounded, without_mark
from taskmock.contracts.findings.violation import Violation
from taskmock.contracts.validation.body import MAX_BYTES, BodyError, decoded_object

TELLTALE = frozenset({"result", "data", "code", "message", "state", "children"})
"""An object of a folder with none of these is no answer, nor the inside of one: a request, an overlay, a baseline."""


class SampleError(ValueError):
    """A file that cannot be opened; the text says which and why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One file: its answer decoded, or the `defect` for which it cannot be; neither where it is no answer at all."""

    source: str
    body: dict[str, Any] | None
    defect: Violation | None = None


def samples_in(paths: Iterable[str]) -> Iterator[Sample]:
    """Yields what every file named holds, and every `.json` file below a folder, by name.

    Raises: SampleError for a file that cannot be opened.
    """
    for path in map(pathlib.Path, paths):
        if path.is_dir():
            for file in sorted(path.rglob("*.json"), key=lambda file: file.relative_to(path).as_posix()):
                sample = _sample(file)
                is_other = sample.body is not None and TELLTALE.isdisjoint(sample.body)
                yield dataclasses.replace(sample, body=None) if is_other else sample
        else:
            yield _sample(path)


def _sample(file: pathlib.Path) -> Sample:
    try:
        return Sample(str(file), decoded_object(without_mark(read_bounded(file, MAX_BYTES))))
    except DocumentFileError as error:
        raise SampleError(str(error)) from None
    except BodyError as error:
        return Sample(str(file), None, error.violation)
