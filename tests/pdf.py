"""Text and tags of the PDFs that the portal writes, held against PDF/UA-1 by another library."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject


def pdf_text(content: bytes) -> str:
    """Return the text of all pages."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def _elements(node: Any) -> Iterator[DictionaryObject]:
    """Yield the structure elements below a node, in reading order."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, ArrayObject):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node["/K"])


def structure(content: bytes) -> list[str]:
    """Return the types of the structure elements in reading order: H1, P, Table, TH …"""
    root = PdfReader(io.BytesIO(content)).root_object
    return [str(element["/S"]).removeprefix("/") for element in _elements(root["/StructTreeRoot"])]


def accessibility_problems(content: bytes) -> list[str]:
    """Return what a PDF breaks of PDF/UA-1: tags, title, language, fonts, words of figures and tables."""
    reader = PdfReader(io.BytesIO(content))
    root = reader.root_object
    problems = []
    if not root.get("/MarkInfo", {}).get("/Marked"):
        problems.append("not tagged")
    if not root.get("/Lang"):
        problems.append("no language")
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        problems.append("the window shows the file's name instead of the title")
    stream = root["/Metadata"].get_object() if "/Metadata" in root else None
    metadata = stream.get_data().decode() if isinstance(stream, StreamObject) else ""
    if "pdfuaid" not in metadata or "dc:title" not in metadata:
        problems.append("metadata name neither PDF/UA nor a title")
    elements = list(_elements(root["/StructTreeRoot"])) if "/StructTreeRoot" in root else []
    if not elements:
        problems.append("no structure")
    for element in elements:
        if element["/S"] == "/Figure" and not element.get("/Alt"):
            problems.append("a figure without description")
        if element["/S"] == "/Table" and not any(child["/S"] == "/TH" for child in _elements(element)):
            problems.append("a table without headers")
    headings = [str(e["/S"]) for e in elements if str(e["/S"])[:2] == "/H" and str(e["/S"])[2:].isdecimal()]
    if headings[:1] != ["/H1"] or headings.count("/H1") != 1:
        problems.append(f"headings do not begin with one H1: {headings[:3]}")
    for page in reader.pages:
        if page.get("/Tabs") != "/S" and "/Annots" in page:
            problems.append("tab order does not follow the structure")
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            problems.extend(_font_problems(font.get_object()))
    return list(dict.fromkeys(problems))


def _font_problems(font: DictionaryObject) -> Iterator[str]:
    name = font.get("/BaseFont")
    if "/ToUnicode" not in font:
        yield f"{name}: no way from glyphs to characters"
    descendants = [one.get_object() for one in font.get("/DescendantFonts", [font])]
    for descendant in descendants:
        descriptor = descendant.get("/FontDescriptor", {}).get_object()
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"{name}: not embedded"
