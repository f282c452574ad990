"""JSON Lines: marks of files, lines that are cut, and documents that are no lines."""

import json

import pytest
from click.testing import CliRunner

from taskmock.contracts import Contract
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.history import recorded
from taskmock.schemas import load_example

ANSWER = load_example("v2", "response")
LINE = json.dumps(ANSWER)
MARK = b"\xef\xbb\xbf"


def read(content, name="polls.jsonl"):
    (history,) = recorded([(name, content.encode() if isinstance(content, str) else content)]).values()
    return history


def unread(history):
    """What is said of the answers that cannot be read."""
    return [found.message for found in history.report(Contract()).violations if found.code.startswith("body.")]


@pytest.mark.parametrize("name", ["polls.jsonl", "polls.NDJSON", "answer.json", "-"])
def test_mark_at_the_beginning_of_a_file_is_the_files(name):
    assert unread(read(MARK + LINE.encode(), name)) == []


def test_mark_in_an_answer_that_a_line_holds_is_the_servers():
    assert unread(read(json.dumps({"body": "\ufeff" + LINE}))) == [
        "line 1 of polls.jsonl: the body starts with a byte order mark (poll 1)"
    ]


def test_cut_line_is_named_by_its_line():
    (message,) = unread(read(f"{LINE}\n\n{LINE[:-1]}\n{LINE}\n"))

    place = f"line 3, column {len(LINE)}"
    reason = f"expecting ',' delimiter at {place}; it seems to be cut off (poll 2)"
    assert message == f"line 3 of polls.jsonl: the body is not JSON: {reason}"


def test_cut_answer_in_a_whole_line_is_named_by_its_line():
    (message,) = unread(read(json.dumps({"body": LINE}) + "\n" + json.dumps({"body": "{"})))

    assert message.startswith("line 2 of polls.jsonl: the body is not JSON: ")
    assert "at line 1, column 2" in message


@pytest.mark.parametrize("indent", [1, 4, "\t"])
def test_indented_document_is_said_to_be_one_and_judged_as_one(indent):
    history = read(json.dumps(ANSWER, indent=indent))

    note = "polls.jsonl is one indented document, not JSON Lines, which has a poll in each line; it is judged as 1"
    assert (len(history.polls), history.notes, unread(history)) == (1, (note,), [])


def test_indented_documents_after_each_other_are_polls():
    history = read("\n".join([json.dumps({"at": at, "body": ANSWER}, indent=2) for at in (1, 2)]))

    note = "polls.jsonl is 2 indented documents, not JSON Lines, which has a poll in each line; it is judged as 2"
    assert ([poll.at for poll in history.polls], history.notes, unread(history)) == ([1, 2], (note,), [])


def test_cut_indented_document_is_one_finding():
    history = read(json.dumps(ANSWER, indent=2)[:-60])

    (message,) = unread(history)
    assert message.startswith("line 1 of polls.jsonl: the body is not JSON: ")
    assert "one indented document" in history.notes[0]


def test_indented_list_is_one_finding():
    assert unread(read(json.dumps([ANSWER, ANSWER], indent=2))) == [
        "line 1 of polls.jsonl: the body is a list, not an object (poll 1)"
    ]


@pytest.mark.parametrize("broken", [LINE[:40], "<html>", "{", "", "[1]"])
def test_lines_stay_lines_where_one_of_them_is_broken(broken):
    history = read(f"{broken}\n{LINE}\n{broken}\n{LINE}")

    assert (len(history.polls), history.notes) == (4 if broken else 2, ())
    assert len(unread(history)) == (2 if broken else 0)


def test_command_takes_the_mark_of_an_answers_file_and_says_so(tmp_path):
    path = tmp_path / "answer.json"
    path.write_bytes(MARK + LINE.encode())

    result = CliRunner().invoke(validate_command, [str(path)])

    assert result.exit_code == 0
    assert (
        "note: the file begins with a byte order mark, which is taken for the file's, not the answer's" in result.stdout
    )


def test_command_judges_what_is_piped_in_as_it_was_sent():
    result = CliRunner().invoke(validate_command, ["-"], input=MARK + LINE.encode())

    assert (result.exit_code, "body.byte-order-mark" in result.stdout) == (1, True)
