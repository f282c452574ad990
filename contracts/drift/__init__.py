"""How a corpus of real answers has drifted from an edition: fields, values, types and forms that came or went."""

from __future__ import annotations

from taskmock.contracts.drift.census import Census
from taskmock.contracts.drift.finding import Finding, Kind, findings_of
from taskmock.contracts.drift.sample import Sample, SampleError, samples_in

__all__ = ["Census", "Finding", "Kind", "Sample", "SampleError", "findings_of", "samples_in"]
