"""What differs between two JSON Schemas, or two editions, and whether it breaks those who are there already."""

from __future__ import annotations

from taskmock.contracts.diff.change import Change, Direction, Weight
from taskmock.contracts.diff.comparison import diff_editions, diff_schemas
from taskmock.contracts.diff.source import SchemaError

__all__ = ["Change", "Direction", "SchemaError", "Weight", "diff_editions", "diff_schemas"]
