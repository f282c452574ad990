"""The rules that relate the answers of one task in the order they were polled; the engine's sentences, no clock."""

from __future__ import annotations

from taskmock.contracts.api.bk_sops.lifecycle.clock import CLOCK, TIMES
from taskmock.contracts.api.bk_sops.lifecycle.course import BACKWARDS, STALE, UNSEEN, Course
from taskmock.contracts.api.bk_sops.lifecycle.rules import RULES
from taskmock.contracts.api.bk_sops.lifecycle.snapshot import Poll, Snapshot

__all__ = ["BACKWARDS", "CLOCK", "RULES", "STALE", "TIMES", "UNSEEN", "Course", "Poll", "Snapshot"]
