"""Files that hold one document: JSON, or TOML where the name ends so."""

from __future__ import annotations

import json
import os
import pathlib
import tomllib


class DocumentFileError(ValueError):
    """A file that cannot be read as the document that its name promises; the text names it and says why."""


def read_document(file: str | os.PathLike[str]) -> object:
    """The decoded document of a file.

    Raises: DocumentFileError where it cannot be read or decoded.
    """
    path = pathlib.Path(file)
    is_toml = path.suffix.lower() == ".toml"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text) if is_toml else json.loads(text)
    except OSError as error:
        raise DocumentFileError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DocumentFileError(f"{path}: not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise DocumentFileError(f"{path}: not {'TOML' if is_toml else 'JSON'}: {error}") from None
