"""Draws: the same parts, the same value, in every release."""

import collections

import pytest

from taskmock.mockserver.core.draw import draw_choice, draw_hex, draw_int, draw_unit


def test_draws_are_what_they_were():
    assert draw_hex("seed", "purpose", 1) == "60360a9e1f17c55057524ad4f96c31c4"
    assert draw_unit("seed", "purpose", 1) == 0.3758246074713432
    assert draw_int(1, 1000, "seed", "purpose", 1) == 376
    assert draw_choice("abcdefgh", "seed", "purpose", 1) == "d"


def test_parts_are_kept_apart():
    assert draw_hex("ab", "c") != draw_hex("a", "bc")
    assert draw_hex("a") != draw_hex("a", "")


def test_parts_may_be_any_text():
    assert len(draw_hex("\ud800", "名", None, 1.5)) == 32


def test_unit_is_at_least_0_and_below_1():
    drawn = [draw_unit("u", number) for number in range(2000)]

    assert all(0 <= value < 1 for value in drawn)
    assert min(drawn) < 0.01
    assert max(drawn) > 0.99


@pytest.mark.parametrize(("least", "most"), [(0, 0), (1, 6), (-3, 3)])
def test_int_reaches_both_ends_and_all_between_about_equally(least, most):
    counts = collections.Counter(draw_int(least, most, "i", number) for number in range(6000))

    assert sorted(counts) == list(range(least, most + 1))
    assert max(counts.values()) < 1.25 * min(counts.values())


def test_choice_takes_every_option():
    assert {draw_choice("abc", number) for number in range(50)} == set("abc")
