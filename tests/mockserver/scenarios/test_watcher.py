"""Files that change count once they have stood still, each change once."""

from pathlib import Path

import pytest

from taskmock.mockserver.scenarios.watcher import Stamp, Watcher, stamp_of

FILE, OTHER = Path("release.yaml"), Path("other.yaml")
FIRST, SECOND, THIRD = Stamp(1, 1, 1), Stamp(2, 2, 1), Stamp(3, 3, 1)


class Disk:
    """Stamps by path, set by the test."""

    def __init__(self):
        self.stamps = {FILE: FIRST}

    def watcher(self):
        """A watcher that knows what is there."""
        watcher = Watcher(self.stamps.get)
        watcher.settle(self.stamps)
        return watcher


@pytest.fixture
def disk():
    return Disk()


def looks(disk, watcher, *stamps):
    """What each look gives while the file has these stamps, one after the other."""
    found = []
    for stamp in stamps:
        disk.stamps[FILE] = stamp
        found.append(set(watcher.look([path for path, one in disk.stamps.items() if one])))
    return found


def test_file_that_stays_as_it_is_never_counts(disk):
    assert looks(disk, disk.watcher(), FIRST, FIRST, FIRST) == [set(), set(), set()]


def test_edit_counts_once_at_the_second_look(disk):
    assert looks(disk, disk.watcher(), SECOND, SECOND, SECOND) == [set(), {FILE}, set()]


def test_file_that_is_still_written_does_not_count(disk):
    assert looks(disk, disk.watcher(), SECOND, THIRD, THIRD) == [set(), set(), {FILE}]


def test_edit_that_is_taken_back_does_not_count(disk):
    assert looks(disk, disk.watcher(), SECOND, FIRST, FIRST) == [set(), set(), set()]


def test_deleted_file_counts_once_and_is_not_there_any_more(disk):
    watcher = disk.watcher()

    assert looks(disk, watcher, None, None, None, None) == [set(), {FILE}, set(), set()]
    assert not watcher.is_there(FILE)
    assert len(watcher) == 0


def test_file_that_is_away_for_one_look_is_not_deleted(disk):
    watcher = disk.watcher()

    assert looks(disk, watcher, None, SECOND, SECOND) == [set(), set(), {FILE}]
    assert watcher.is_there(FILE)


def test_new_file_is_there_once_it_stands_still(disk):
    watcher = disk.watcher()
    disk.stamps[OTHER] = FIRST

    assert watcher.look([FILE, OTHER]) == set()
    assert not watcher.is_there(OTHER)
    assert watcher.look([FILE, OTHER]) == {OTHER}
    assert watcher.is_there(OTHER)


def test_file_that_comes_back_counts_anew(disk):
    assert looks(disk, disk.watcher(), None, None, None, FIRST, FIRST) == [set(), {FILE}, set(), set(), {FILE}]


def test_file_that_is_renamed_into_the_place_of_another_has_another_stamp(tmp_path):
    path, new = tmp_path / "release.yaml", tmp_path / "new"
    path.write_text("a")
    before = stamp_of(path)
    new.write_text("b")
    new.replace(path)

    assert stamp_of(path) != before
    assert stamp_of(tmp_path / "none") is None
    assert stamp_of(Path("a\0b")) is None
