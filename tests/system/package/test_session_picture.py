"""The README's picture: what stands in one column of the terminal stands in one column of the pixels."""

import base64
import json
import re
import xml.etree.ElementTree as ET

import pytest

from support.browser import document_of
from support.source_tree import ROOT

PICTURE = ROOT / "docs" / "session.svg"
BUSY = "#79c0ff"
PAGE = """<img src="data:image/svg+xml;base64,PICTURE"><script>
addEventListener("load", () => {
  const image = document.querySelector("img"), canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const isBusy = (red, green, blue) => Math.abs(red - 0x79) + Math.abs(green - 0xc0) + Math.abs(blue - 0xff) < 24;
  document.title = JSON.stringify(LINES.map(y => {
    const {data, width} = pen.getImageData(0, y - 5, canvas.width, 1), found = [];
    for (let x = 0; x < width; x++) if (isBusy(...data.slice(4 * x, 4 * x + 3))) found.push(x);
    return [found.at(0), found.at(-1) + 1];
  }));
});
</script>"""


def bars():
    """Each line with bars: its base line in pixels, and the columns where its bars begin and end."""
    for element in ET.parse(PICTURE).getroot().iter("{http://www.w3.org/2000/svg}text"):
        text = "".join(element.itertext())
        if "██" in text:
            yield int(element.attrib["y"]), (text.index("█"), text.rindex("█") + 1)


def test_bars_stand_in_their_columns_in_a_browser(tmp_path):
    lines, columns = zip(*bars(), strict=True)
    picture = base64.b64encode(PICTURE.read_bytes()).decode("ascii")

    document, _ = document_of(PAGE.replace("PICTURE", picture).replace("LINES", json.dumps(lines)), tmp_path)

    drawn = json.loads(re.search("<title>(.*?)</title>", document)[1])
    assert len(drawn) == 4
    (first, _), (_, last) = min(columns), max(columns, key=lambda ends: ends[1])
    left, right = min(ends[0] for ends in drawn), max(ends[1] for ends in drawn)
    advance = (right - left) / (last - first)  # whatever the font
    for ends, pixels in zip(columns, drawn, strict=True):
        expected = [left + (column - first) * advance for column in ends]
        assert pixels == pytest.approx(expected, abs=advance / 2)
