"""What a call sees of a task that is forgotten in the very moment."""

import pytest

from support.api_playing import House
from taskmock.mockserver.playback.store import RecordGoneError


class Forgetful:
    """A store's `change` that finds the record gone the first time."""

    def __init__(self, store):
        self.change = store.change
        self.store = store
        self.asked = 0

    def __call__(self, key, update):
        """Puts what `update` makes in the record's place."""
        self.asked += 1
        if self.asked == 1:
            self.store.forget(key.session)
            raise RecordGoneError(key)
        return self.change(key, update)


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("get_task_detail", {"task_id": "10"}),
        ("get_tasks_status", {"task_id_list": [10]}),
        ("operate_task", {"task_id": "10", "action": "pause"}),
    ],
)
def test_task_that_is_forgotten_meanwhile_begins_anew(operation, said, monkeypatch):
    house = House(default="steps")
    forgetful = Forgetful(house.store)
    monkeypatch.setattr(house.store, "change", forgetful)

    house.call(operation, **said)

    assert forgetful.asked > 1
    assert [record.key.task_id for record in house.store.records("s")] == ["10"]
