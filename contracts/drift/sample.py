"""Recorded answers, read from files and folders."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

from taskmock.contracts.files import DocumentFileError, read_bounded
from taskmock.contracts.validation.body import MAX_BYTES, BodyError, decoded_object


class SampleError(ValueError):
    """A file that was named but is no recorded answer; the text says which and why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One file: its answer decoded, None where a file of a folder is no answer."""

    source: str
    body: dict[str, Any] | None


def samples_in(paths: Iterable[str]) -> Iterator[Sample]:
    """Yields the answer of every file named, and of every `.json` file below a folder, by name.

    Raises: SampleError for a file that was named itself and is no answer, and for what cannot be read.
    """
    for path in map(pathlib.Path, paths):
        if path.is_dir():
            for file in sorted(path.rglob("*.json"), key=lambda file: file.relative_to(path).as_posix()):
                body, _ = _answer(file)
                yield Sample(str(file), body)
        else:
            body, reason = _answer(path)
            if body is None:
                raise SampleError(f"{path} is no answer: {reason}")
            yield Sample(str(path), body)


def _answer(file: pathlib.Path) -> tuple[dict[str, Any] | None, str]:
    try:
        body = decoded_object(read_bounded(file, MAX_BYTES))
    except DocumentFileError as error:
        raise SampleError(str(error)) from None
    except BodyError as error:
        return None, str(error)
    return (body, "") if "result" in body else (None, "it has no `result`")
