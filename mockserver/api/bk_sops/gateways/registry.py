"""The gateways by name, those that a setting opens, and how one of them says a refusal of another."""

from __future__ import annotations

import re

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.apigw import APIGW
from taskmock.mockserver.api.bk_sops.gateways.esb import ESB, ESB_LEGACY
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.schemas import ALL, gateway_names

GATEWAYS = {gateway.name: gateway for gateway in (ESB, ESB_LEGACY, APIGW)}
"""Every gateway by its name."""

_WORD = re.compile(r"\w+")


def gateways_of(choice: str) -> tuple[Gateway, ...]:
    """The gateways that a setting opens.

    Raises:
        ValueError: There is no such gateway, with those there are.
    """
    return tuple(GATEWAYS[name] for name in gateway_names(choice))


def retold(gateway: Gateway, code: int, message: str) -> RefusedError:
    """A refusal that a scenario has in the words of any gateway, as this gateway says it.

    A code that no gateway has is the system's own, and stays as it is at every gateway.
    """
    own = next((row for row in gateway.refusals.values() if row.code == code and row.name is not None), None)
    if own is not None:
        return RefusedError(code, message, status=own.status, name=own.name)
    refusal = _meant(code, message)
    return RefusedError(code, message) if refusal is None else gateway.refused(refusal)


def _meant(code: int, message: str) -> Refusal | None:
    """The refusal for which any gateway has a code: the one whose text is most like the message."""
    rows = [
        (refusal, row.message)
        for gateway in gateways_of(ALL)
        for refusal, row in gateway.refusals.items()
        if row.code == code and row.name is not None
    ]
    return max(rows, key=lambda found: _alike(found[1], message))[0] if rows else None


def _alike(one: str, other: str) -> int:
    """How many words two texts have in common."""
    return len({*_WORD.findall(one)} & {*_WORD.findall(other)})
