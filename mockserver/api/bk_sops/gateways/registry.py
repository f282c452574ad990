"""Which doors there are, which of them a setting opens, and how one says what was written in another's words."""

from __future__ import annotations

import itertools

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.apigw import APIGW
from taskmock.mockserver.api.bk_sops.gateways.esb import ESB, ESB_LEGACY
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.schemas import chosen

DOORS = {gateway.name: gateway for gateway in (ESB, ESB_LEGACY, APIGW)}
"""Every door by its name."""

ALL = "all"
CHOICES = (*DOORS, ALL)
"""What a setting may say."""

_EVERY = (ESB, APIGW)  # each on paths of its own


def gateways_of(gateway: str) -> tuple[Gateway, ...]:
    """The doors that a setting opens.

    Raises:
        ValueError: There is no such gateway, with those there are.
    """
    return _EVERY if chosen("gateway", gateway, CHOICES) == ALL else (DOORS[gateway],)


def retold(gateway: Gateway, code: int, message: str) -> RefusedError:
    """A refusal that a scenario has in some door's words, as this door says it.

    A code that no door has is the system's own, and stays as it is at every door.
    """
    own = next((row for row in gateway.refusals.values() if row.code == code and not row.by_system), None)
    if own is not None:
        return RefusedError(code, message, status=own.status, name=own.name)
    refusal = _meant(code, message)
    return RefusedError(code, message) if refusal is None else gateway.refused(refusal)


def _meant(code: int, message: str) -> Refusal | None:
    """The refusal that some door says with a code: the one whose words are most like the message."""
    rows = [
        (refusal, row.message)
        for gateway in _EVERY
        for refusal, row in gateway.refusals.items()
        if row.code == code and not row.by_system
    ]
    return max(rows, key=lambda found: _alike(found[1], message))[0] if rows else None


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
