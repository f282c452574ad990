"""Hypothesis strategies for values and for changes to a JSON body, and the body so changed."""

from hypothesis import strategies as st

KEYS = [
    "id",
    "name",
    "type",
    "incoming",
    "outgoing",
    "state",
    "status",
    "children",
    "pipeline",
    "activities",
    "data",
    "x",
]


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.sampled_from(["", "x", "CREATED", "EXPIRED", "READY", "FAILED", "SubProcess", "2026-03-02 09:30:00 +0800"])
)


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)


CHANGES = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 40), VALUES | st.just(...)), min_size=1, max_size=3)


def containers(value):
    """Every object and list inside a body, the body first."""
    found = [value]
    for item in found:
        inner = item.values() if isinstance(item, dict) else item
        found.extend(each for each in inner if isinstance(each, dict | list) and each)
    return found


def changed(body, changes):
    """A body with values replaced, dropped (`...`) or added somewhere."""
    for place, number, value in changes:
        held = containers(body)
        target = held[place % len(held)]
        keys = [*target, "added"] if isinstance(target, dict) else [*range(len(target)), len(target)]
        key = keys[number % len(keys)]
        if value is ...:
            if key in target if isinstance(target, dict) else key < len(target):
                del target[key]
        elif isinstance(target, list) and key == len(target):
            target.append(value)
        else:
            target[key] = value
    return body
