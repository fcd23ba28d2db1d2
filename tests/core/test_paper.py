"""Printed pages: the vendored font, rare characters of names, and text that looks like markup."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from portal.core.paper import FONT_SHA256, FONTS, typeset
from tests.pdf import accessibility_problems, pdf_text, structure

TEMPLATE = """#import "/core/paper/paper.typ": *
#show: paper.with(
  title: data.title, document-title: data.title, author: "站", subtitle: data.words, foot: "脚",
)
== 一
#figures-table(("指标", "本月"), (("甲", "1"),), (1fr, 1fr))
"""


@pytest.fixture
def template() -> Iterator[str]:
    """Yield the path of a template that lives for one test; Typst reads below portal/ only."""
    path = Path("portal/core/paper/test_page.typ")
    path.write_text(TEMPLATE, encoding="utf-8")
    yield "core/paper/test_page.typ"
    path.unlink()


def test_font_is_the_vendored_one() -> None:
    (font,) = FONTS.glob("*.otf")
    assert hashlib.sha256(font.read_bytes()).hexdigest() == FONT_SHA256


@pytest.mark.must("hold.10")
def test_rare_characters_and_markup_come_out_as_typed(template: str) -> None:
    words = "㛃㐱龘𠮷一" + '#panic() $x$ *粗* "引号" \\ [a]'
    content = typeset(template, {"title": "买买提·艾力 的信", "words": words.replace("𠮷", "")})
    text = pdf_text(content)
    assert "买买提·艾力 的信" in text
    for part in ("㛃㐱龘一", "#panic()", "$x$", "*粗*", '"引号"', "[a]"):
        assert part in text, part
    assert accessibility_problems(content) == []
    assert structure(content).count("TH") == 2


@pytest.mark.must("hold.10")
def test_the_check_of_pdf_rules_finds_what_is_missing(template: str) -> None:
    """A check that finds nothing wrong in a page that was spoiled would be worth nothing."""
    writer = PdfWriter(PdfReader(io.BytesIO(typeset(template, {"title": "题", "words": "字"}))))
    for key in ("/Lang", "/MarkInfo", "/StructTreeRoot", "/ViewerPreferences", "/Metadata"):
        writer.root_object.pop(NameObject(key), None)
    out = io.BytesIO()
    writer.write(out)
    problems = accessibility_problems(out.getvalue())
    assert {"not tagged", "no language", "no structure"} <= set(problems)
    assert len(problems) >= 5
