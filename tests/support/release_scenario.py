"""The scenario that the tests of the admin API play: one node fails, and one waits for a callback."""

RELEASE = """\
format: 1
scenario: release
edition: v2
task: {name: Release web}
start: 2s
dispatch: 100ms
flow:
  - Prepare: 2s
  - parallel:
      - [Copy A: 3s]
      - [Copy B: {attempts: [{takes: 2s, fails: ssh timeout}, {takes: 2s}]}]
  - Approve: {waits: callback}
"""
