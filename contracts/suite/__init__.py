"""The shipped suite: tests of a deployment, each named like the sentence of a specification that it checks.

`pytest --pyargs taskmock.contracts.suite --taskmock-target URL --taskmock-task-id ID` runs it. The server is asked once
for each task; every test then looks at what that has shown, so that each promise has a result of its own.
"""
