"""Durations: what is read, what is written, and what a mistake probably means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskmock.mockserver.core.duration import LONGEST, DurationError, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0", 0),
        ("0s", 0),
        ("500ms", 500),
        ("3s", 3000),
        ("1.5s", 1500),
        ("0.001s", 1),
        ("2m", 120_000),
        ("1h", 3_600_000),
        ("0.5h", 1_800_000),
        ("8760h", LONGEST),
        ("007s", 7000),
    ],
)
def test_duration_is_read_in_milliseconds(text: str, span: int) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    ("text", "reason", "meant"),
    [
        ("3", "is a number without a unit", "3s"),
        ("1.5", "is a number without a unit", "1500ms"),
        ("00", "is a number without a unit", ""),
        ("-3s", "is less than nothing", ""),
        ("0.5ms", "is finer than a millisecond", "0s"),
        ("1.0005s", "is finer than a millisecond", "1s"),
        ("8761h", "is longer than a year", ""),
        ("3S", "is no duration", "3s"),
        ("3 s", "is no duration", "3s"),
        ("3sec", "is no duration", "3s"),
        ("5 minutes", "is no duration", "5m"),
        ("2 hrs", "is no duration", "2h"),
        ("20 millis", "is no duration", "20ms"),
        ("1d", "is no duration", "24h"),
        ("1h30m", "is no duration", "90m"),
        ("1m 30s", "is no duration", "90s"),
        ("3秒", "is no duration", "3s"),
        ("400d", "is no duration", ""),
        ("1m 30", "is no duration", ""),
        ("3 parsecs", "is no duration", ""),
        ("soon", "is no duration", ""),
        ("3s\n", "is no duration", "3s"),
        ("1,5s", "is no duration", ""),
        ("1:30", "is no duration", ""),
        ("３s", "is no duration", ""),
        ("9" * 40 + "s", "is no duration", ""),
        ("", "is no duration", ""),
    ],
)
def test_bad_duration_says_why_and_what_was_meant(text: str, reason: str, meant: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)

    assert (caught.value.reason, caught.value.meant, str(caught.value)) == (reason, meant, reason)


@pytest.mark.parametrize(
    ("span", "text"),
    [(0, "0s"), (1, "1ms"), (1500, "1500ms"), (90_000, "90s"), (120_000, "2m"), (3_600_000, "1h"), (5_400_000, "90m")],
)
def test_duration_is_written_short_and_exact(span: int, text: str) -> None:
    assert format_duration(span) == text


@given(st.integers(0, LONGEST))
def test_written_duration_reads_back(span: int) -> None:
    assert parse_duration(format_duration(span)) == span
