"""Files that are read and written whole: documents in JSON or TOML, recorded answers, reports."""

from __future__ import annotations

import json
import os
import pathlib
import sys
import tomllib

MARK = b"\xef\xbb\xbf"
"""What some editors and shells begin a file in UTF-8 with: it is the file's, not of what the file holds."""


class DocumentFileError(ValueError):
    """A file that cannot be read or written; the text names it and says why, `reason` says why alone."""

    def __init__(self, text: str, reason: str = "") -> None:
        self.reason = reason
        super().__init__(text)


def read_document(file: str | os.PathLike[str], *, what: str = "") -> object:
    """The decoded document of a file: TOML where its name ends so, else JSON; errors call it `what` and its name.

    Raises: DocumentFileError where it cannot be read or decoded.
    """
    path = pathlib.Path(file)
    name = f"{what} {path}".strip()
    is_toml = path.suffix.lower() == ".toml"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text) if is_toml else json.loads(text)
    except OSError as error:
        raise _failed("read", name, error) from None
    except UnicodeDecodeError:
        raise DocumentFileError(f"{name}: not UTF-8") from None
    except RecursionError:
        raise DocumentFileError(f"{name}: nests too deep") from None
    except ValueError as error:
        raise DocumentFileError(f"{name}: not {'TOML' if is_toml else 'JSON'}: {error}") from None


def read_bounded(file: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a file; of one that has more than `most` only so many that the reader sees it.

    Raises: DocumentFileError where it cannot be read.
    """
    try:
        with pathlib.Path(file).open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise _failed("read", file, error) from None


def without_mark(content: bytes) -> bytes:
    """The content of a file without the byte order mark that it may begin with."""
    return content.removeprefix(MARK)


def write_output(file: str | os.PathLike[str], text: str) -> None:
    """Writes a text as a file in UTF-8, with a line feed at the end of each line.

    Raises: DocumentFileError where it cannot be written.
    """
    try:
        pathlib.Path(file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise _failed("write", file, error) from None


def write_standard_output(content: str | bytes) -> None:
    """Writes what programs read to standard output, as it would stand in a file: in UTF-8, with a line feed at the end
    of each line, whatever encoding the terminal has.
    """
    raw = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:  # a stream of a test or of another program, which takes text alone
        sys.stdout.write(raw.decode("utf-8"))
        return
    binary.write(raw)
    binary.flush()  # here, where a reader that went away ends the command quietly


def _failed(what: str, file: str | os.PathLike[str], error: OSError) -> DocumentFileError:
    reason = error.strerror or str(error)
    return DocumentFileError(f"cannot {what} {file}: {reason}", reason)
