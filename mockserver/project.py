"""The projects that tasks belong to: every business has one, whatever its id. Pure."""

from __future__ import annotations

import dataclasses

from taskmock.mockserver.draw import draw_int

HOST = "http://bk_sops_host/"
"""Where people look at tasks (the document's own)."""

NAME = "蓝鲸"
"""What every project is called (the document's own)."""

_LARGEST = 2**31 - 1  # a database's whole number


@dataclasses.dataclass(frozen=True, slots=True)
class Project:
    """One project: its id, and the id of the business that it stands for."""

    id: int
    biz_id: int
    name: str = NAME

    def task_url(self, task_id: str) -> str:
        """Where people look at one of its tasks."""
        return f"{HOST}taskflow/execute/{self.id}/?instance_id={task_id}"


def project_of(bk_biz_id: str) -> Project:
    """The project of a business: of the same number, or of a drawn one where the id is no number."""
    number = int(bk_biz_id) if bk_biz_id.isascii() and bk_biz_id.isdecimal() else 0
    if not 0 < number <= _LARGEST:
        number = draw_int(1, 999, "project", bk_biz_id)
    return Project(number, number)
