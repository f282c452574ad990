"""Further parameters of a call, as people write them: NAME=VALUE."""

from __future__ import annotations

from taskmock.contracts.verify.credentials import VARIABLES


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
