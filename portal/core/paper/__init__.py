"""Printed pages: Typst templates to tagged PDF (PDF/UA-1) with the Chinese font embedded.

A template `*.typ` stands beside the code that fills it and imports `/core/paper/paper.typ`. Its data are
values of JSON, which Typst takes as text: nothing that a person typed is read as markup.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PORTAL = Path(__file__).resolve().parents[2]
FONTS = Path(__file__).parent / "fonts"
FONT_SHA256 = "55f2af6408a07a9f085b0a222be6be08a4a04c50059178189f4534ad25a9d366"


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a template (path below portal/) filled with `data`.

    Raises `typst.TypstError` for a template that breaks a rule of PDF/UA, such as a figure without words.
    """
    import typst  # noqa: PLC0415  (34 MB, needed by few requests)

    return typst.compile(
        str(_PORTAL / template),
        root=str(_PORTAL),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
