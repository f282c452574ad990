"""Histories: the answers of a task in the order they were polled, collected or read from recordings."""

from __future__ import annotations

from taskmock.contracts.history.har import ENDING as HAR
from taskmock.contracts.history.histories import MAX_BYTES, History, RecordedHistory, read_histories, recorded
from taskmock.contracts.history.lines import ENDINGS as LINES
from taskmock.contracts.history.recording import HistoryError

__all__ = ["HAR", "LINES", "MAX_BYTES", "History", "HistoryError", "RecordedHistory", "read_histories", "recorded"]
