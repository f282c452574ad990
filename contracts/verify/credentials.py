"""Credentials of an application and a user, from the environment or a file; never from options, which others read."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping

from taskmock.contracts.files import DocumentFileError, read_document
from taskmock.contracts.findings.wording import guess, kind_of
from taskmock.schemas.argument import demand

VARIABLES = {
    "bk_app_code": "TASKMOCK_BK_APP_CODE",
    "bk_app_secret": "TASKMOCK_BK_APP_SECRET",
    "bk_token": "TASKMOCK_BK_TOKEN",
    "bk_username": "TASKMOCK_BK_USERNAME",
    "access_token": "TASKMOCK_ACCESS_TOKEN",
}
"""The environment variable of each credential."""


class CredentialsError(ValueError):
    """Credentials that are not there, or not enough; the text says what is missing and where it is looked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Credentials:
    """An application and its user, or an access token in the place of both; "" where there is none."""

    bk_app_code: str = ""
    bk_app_secret: str = dataclasses.field(default="", repr=False)
    bk_token: str = dataclasses.field(default="", repr=False)
    bk_username: str = ""
    access_token: str = dataclasses.field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raises: ArgumentError for what is no text, which it does not show."""
        for name in VARIABLES:
            demand(f"Credentials({name}=…)", getattr(self, name), str, "a text", is_secret=True)

    @property
    def fields(self) -> dict[str, str]:
        """Those that are given, by their names in a call; with an access token it alone."""
        if self.access_token:
            return {"access_token": self.access_token}
        given = {name: getattr(self, name) for name in VARIABLES}
        return {name: value for name, value in given.items() if value}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those that must not be repeated."""
        return tuple(filter(None, (self.bk_app_secret, self.bk_token, self.access_token)))

    @property
    def missing(self) -> tuple[str, ...]:
        """What a call still lacks; empty where it is enough."""
        if self.access_token:
            return ()
        lacks = [name for name in ("bk_app_code", "bk_app_secret") if not getattr(self, name)]
        return (*lacks, *([] if self.bk_token or self.bk_username else ["bk_token", "bk_username"]))


PLACEHOLDERS = Credentials(bk_app_code="taskmock", bk_app_secret="taskmock", bk_username="taskmock")  # noqa: S106
"""What is sent to this machine where no credentials are given: a mock takes any."""


def load_credentials(file: str) -> Credentials:
    """The credentials in a JSON or TOML file.

    Raises: CredentialsError where it cannot be read, has mistakes, or too little.
    """
    try:
        content = read_document(file)
    except DocumentFileError as error:
        raise CredentialsError(str(error)) from None
    if not isinstance(content, dict):
        raise CredentialsError(f"{file}: {kind_of(content)}, not an object with {', '.join(VARIABLES)}")
    mistakes = [f"unknown key {key!r}{guess(key, VARIABLES)}" for key in content if key not in VARIABLES]
    mistakes += [
        f"`{key}` is {kind_of(value)}, not a string"
        for key, value in content.items()
        if key in VARIABLES and not isinstance(value, str)
    ]
    if mistakes:
        raise CredentialsError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    found = _checked(content)
    if found.missing:
        raise CredentialsError(f"{file}: {_lack(found, {name: name for name in VARIABLES})}")
    return found


def credentials_from_environment(*, is_local: bool, or_else: str = "") -> Credentials:
    """The credentials that the environment holds; placeholders for a server on this machine where it holds none.

    Raises: CredentialsError that names the variables that are missing; `or_else` says where else they may stand.
    """
    given = {name: os.environ.get(variable, "") for name, variable in VARIABLES.items()}
    if is_local and not any(given.values()):
        return PLACEHOLDERS
    found = _checked(given)
    if found.missing:
        raise CredentialsError(f"{_lack(found, VARIABLES)}, in the environment{or_else}")
    return found


def _checked(given: Mapping[str, str]) -> Credentials:
    """Raises: CredentialsError for a value that no header can carry."""
    for name, value in given.items():
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise CredentialsError(f"`{name}` has a line break or another control character in it")
    return Credentials(**given)


def _lack(found: Credentials, names: Mapping[str, str]) -> str:
    *others, last = [names[name] for name in found.missing if name not in {"bk_token", "bk_username"}] or [""]
    user = f"{names['bk_token']} or {names['bk_username']}" if "bk_token" in found.missing else ""
    parts = [*others, *filter(None, (last, user))]
    return f"credentials are missing: {', '.join(parts)} (or {names['access_token']} in the place of all)"


class ParameterError(ValueError):
    """A parameter that may not stand there; the text names it and says why."""


def parameter_of(text: str, *, prefix: str, secrets: str = "the environment") -> tuple[str, str]:
    """The name and the value of a parameter; options begin with `prefix`, credentials stand in `secrets`.

    Raises: ParameterError for what is none, and for what has a place of its own.
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ParameterError(f"{name!r}: a parameter is NAME=VALUE")
    if name in {"task_id", "bk_biz_id"}:
        raise ParameterError(f"{name}: use {prefix}{name.replace('_', '-')}")
    if name in VARIABLES:
        raise ParameterError(f"{name}: credentials stand in {secrets}")
    return name, value
