"""Every command and example of the documents does what they say."""

import os

import pytest

from support.fenced_blocks import blocks
from support.programs import program
from support.source_tree import ROOT
from support.walkthrough import Walkthrough, copy_examples

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("README.md", "docs/**/*.md", "examples/**/*.md")
    for path in ROOT.glob(pattern)
)

PROGRAMS = {"curl": "curl", "npm": "tsc"}
"""What commands of documents need."""


@pytest.mark.skipif(os.name == "nt", reason="the documents' commands are written for a POSIX shell")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_shows_what_happens(document, tmp_path):
    text = (ROOT / document).read_text(encoding="utf-8")
    for command, needed in PROGRAMS.items():
        if f"{command} " in text:
            program(needed)
    copy_examples(tmp_path)
    reader = Walkthrough(tmp_path)

    try:
        for block in blocks(ROOT / document, document):
            reader.follow(block)
    finally:
        reader.close()
