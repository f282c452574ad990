"""The reference's table of recorded histories says what the tests play. Run as a program, this writes it anew."""

import re

from support import captures as capture_files
from support.captured_situations import NOTES, RECORDED, SITUATIONS
from support.places import ROOT

PAGE = ROOT / "docs" / "reference" / "histories.md"
TABLE = re.compile(r"(?<=<!-- table: histories -->\n)(?:\|.*\n)*")


def rows():
    """Each situation: its edition, how many answers were recorded, what plays them, what is to be said."""
    found = {}
    for capture in capture_files.captures():
        found.setdefault(capture.situation, []).append(capture)
    for situation, captures in sorted(found.items()):
        note = RECORDED.get(situation) or NOTES.get(situation, "")
        yield f"`{situation}`", f"`{captures[0].edition}`", str(len(captures)), played_by(situation), note


def played_by(situation):
    """The keys of a scenario that reproduce a situation."""
    if situation in RECORDED:
        return "`frames`"
    play = SITUATIONS[situation].play
    keys = {"flow": play.flow, "events": play.events, "expires": play.expires is not None, "faults": play.faults}
    return ", ".join(f"`{key}`" for key, used in keys.items() if used)


def table():
    """The rows as the page has them."""
    head = ("history", "edition", "answers", "reproduced by", "remark")
    lines = [head, ("---",) * len(head), *rows()]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines).replace("|  |", "| |")


def test_histories_page_says_what_the_tests_play():
    written = TABLE.search(PAGE.read_text(encoding="utf-8"))

    assert (written and written[0]) == table(), (
        "`python -m system.docs.test_histories_page` in tests/ writes the table anew"
    )


def test_notes_are_about_situations_that_are_played():
    assert NOTES.keys() <= SITUATIONS.keys()


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
