"""A client that was tested with a body of its own: the document's example, copied by hand, its state made CREATED.

Careless: no server sends such a body. A CREATED task of today has no `id` and no `loop`, and nothing that has not
begun has a start or a node that has failed; the test is green, and the client dies of its first real answer.
"""

from api import ask

COPIED = {
    "result": True,
    "data": {
        "retry": 0,
        "name": "<class 'pipeline.core.pipeline.Pipeline'>",
        "finish_time": "",
        "skip": False,
        "start_time": "2018-04-26 16:08:34 +0800",
        "children": {
            "e8b128dff46637368b9b1bd921abc14e": {
                "retry": 0,
                "name": "<class 'pipeline.core.flow.activity.ServiceActivity'>",
                "finish_time": "2018-04-26 16:08:46 +0800",
                "skip": False,
                "start_time": "2018-04-26 16:08:34 +0800",
                "children": {},
                "state": "FAILED",
                "version": "914d35fe7d143c2186e6d3532870b37d",
                "id": "e8b128dff46637368b9b1bd921abc14e",
                "loop": 1,
            }
        },
        "state": "CREATED",
        "version": "",
        "id": "5a1622f9f43e3429acb604e18dbd100a",
        "loop": 1,
    },
}


def headline(answer):
    task = answer["data"]
    return f"{task['id'][:8]} is {task['state']}, run {task['loop']}"


def show(base, task_id):
    return headline(ask(base, task_id))
