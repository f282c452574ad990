"""What names must and must not be."""

from support.status_trees import converted, found, node

END = "<class 'pipeline.core.flow.event.EmptyEndEvent'>"


def test_v1_name_of_64_characters_passes():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 0, name="x" * 64), name="x" * 65)
    assert found(converted(data, "v1"), "v1") == []


def test_v1_name_that_was_not_cut_is_found():
    data = node(0, "RUNNING", 0, None, node(1, "RUNNING", 0, name="x" * 65))
    assert found(converted(data, "v1"), "v1") == [
        "name.length at /data/children/#1/name: the name has 65 characters (64 characters at most)"
    ]


def test_revoked_task_with_end_event_is_found():
    data = node(0, "REVOKED", 0, 5, node(1, "FINISHED", 0, 1), node(2, "FINISHED", 1, 1, name=END))
    assert found(converted(data, "doc-2019"), "doc-2019") == [
        "revoked.end-event at /data/children/#2: a REVOKED task has reached its end event (no end event)"
    ]


def test_end_event_inside_a_subprocess_of_a_revoked_task_passes():
    inner = node(1, "FINISHED", 0, 2, node(2, "FINISHED", 1, 1, name=END))
    assert found(converted(node(0, "REVOKED", 0, 5, inner), "v1"), "v1") == []
