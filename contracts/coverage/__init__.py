"""How much of a contract some evidence has exercised: which shapes, states, fields and rules it has shown."""

from __future__ import annotations

from taskmock.contracts.coverage.tally import Aspect, Item, Tally

__all__ = ["Aspect", "Item", "Tally"]
