"""What a task does to a client, and what the client says of it in the end; no second of it is waited for."""

from dataclasses import dataclass

from task_time import TaskTime

ENOUGH = 400
"""So many naps show that a client never ends: no shipped scenario goes on for more than 100 seconds."""


class StillPollingError(Exception):
    """A client polls on, long after there was anything to wait for."""


@dataclass(frozen=True)
class Situation:
    """A shipped scenario; `arrives` is when the client begins to poll, in seconds.

    From `stands` on the task's time stands still: nobody resumes what is paused there.
    """

    scenario: str
    arrives: float = 0
    stands: float = float("inf")

    def verdict(self, client, session):
        """What a client says in the end, or what it dies of."""
        task = session.play(self.scenario)
        task.clock.freeze()
        task.clock.set(self.arrives)
        time = TaskTime(task)

        def sleep(seconds):
            if len(time.naps) == ENOUGH:
                raise StillPollingError
            time.sleep(min(seconds, self.stands - task.clock.seconds))

        try:
            return client.wait(session.url, task.id, sleep)
        except StillPollingError:
            return "polls on"
        except Exception as error:  # noqa: BLE001  # to die of whatever it is is a verdict, too
            return f"dies of {type(error).__name__}"
