"""A bounded memory: made once, kept while there is room."""

from taskmock.mockserver.playback.cache import Cache


def test_thing_is_made_once():
    kept, made = Cache(10, len), []

    for _ in range(3):
        assert kept.get("a", lambda: made.append(1) or "text") == "text"

    assert made == [1]
    assert kept.peek("a") == "text"
    assert kept.peek("b") is None


def test_thing_longest_unused_goes_first():
    kept = Cache(10, len)
    for key in ("a", "b"):
        kept.get(key, lambda: "1234")

    kept.peek("a")
    kept.get("c", lambda: "1234")

    assert [kept.peek(key) is not None for key in "abc"] == [True, False, True]


def test_thing_too_heavy_is_kept_alone():
    kept = Cache(10, len)
    kept.get("a", lambda: "1234")

    kept.get("b", lambda: "x" * 99)

    assert (kept.peek("a"), kept.peek("b")) == (None, "x" * 99)
    kept.get("c", lambda: "1")
    assert (kept.peek("b"), kept.peek("c")) == (None, "1")


def test_thing_made_twice_at_once_is_kept_once():
    kept = Cache(10, len)

    def made():
        kept.get("a", lambda: "first")  # another thread was faster
        return "second"

    assert kept.get("a", made) == "first"
    assert kept.peek("a") == "first"
