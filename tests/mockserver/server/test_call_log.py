from hypothesis import given

from support.hostile_text import NAMES, harm
from support.properties import examples
from taskmock.mockserver.cli.serve import call_line
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.journal import JournalEntry

PLAYBACK = build_app(Settings()).playback


@examples(60)
@given(name=NAMES)
def test_line_of_a_call_lets_no_text_of_the_caller_be_a_command(name):
    entry = JournalEntry(
        at=0,
        session=name,
        method="GET",
        target=f"/{name}",
        status=200,
        code=1,
        message=name,
        task_id=name,
        scenario=name,
        faults=(name,),
    )

    assert harm(call_line(PLAYBACK, entry)) == []
