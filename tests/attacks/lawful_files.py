"""Lawful workbooks of the least parts, and the packing of their archives."""

import io
import random
import zipfile
from collections.abc import Mapping, Sequence

MEGABYTE = 1024 * 1024
WORKSHEET = "xl/worksheets/sheet1.xml"
SHARED_TEXTS = "xl/sharedStrings.xml"
ODS_CONTENT = "content.xml"
Parts = dict[str, bytes]
_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="s">'
)
_ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def workbook(rows: str, texts: Sequence[str]) -> bytes:
    """Return an xlsx of one worksheet as Excel writes it.

    Args:
        rows: the XML of its rows.
        texts: the shared texts that cells refer to.
    """
    names = {"worksheet": "worksheets/sheet1", "sharedStrings": "sharedStrings", "styles": "styles"}
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{name}.xml"/>'
        for number, (kind, name) in enumerate(names.items(), start=1)
    )
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for kind, name in (names | {"sheet.main": "workbook"}).items()
    )
    shared_texts = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        WORKSHEET: f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        SHARED_TEXTS: f'<sst xmlns="{_MAIN}">{shared_texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>',
    }
    return pack({name: (DECLARATION + text).encode() for name, text in parts.items()})


def lawful_xlsx(rnd: random.Random) -> bytes:
    texts = [f"文字{number}" for number in range(20)]
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{rnd.randrange(20)}</v></c>'
        f'<c r="B{row}" t="s"><v>{rnd.randrange(20)}</v></c><c r="C{row}"><v>{rnd.randrange(9000)}</v></c>'
        f'<c r="D{row}" t="inlineStr"><is><t>岗位{row}</t></is></c></row>'
        for row in range(1, rnd.randint(4, 40))
    )
    return workbook(rows, texts)


def ods_row(cell: str = "张三", row_repeat: int = 1, column_repeat: int = 1) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{row_repeat}"><table:table-cell'
        f' table:number-columns-repeated="{column_repeat}" office:value-type="string">'
        f"<text:p>{cell}</text:p></table:table-cell></table:table-row>"
    )


def ods(rows: str) -> bytes:
    return pack(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            ODS_CONTENT: (_ODS_HEAD + rows + _ODS_TAIL).encode(),
        }
    )


def unpack(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def in_part(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    parts = unpack(content)
    parts[name] = parts[name].replace(old, new, 1)
    return pack(parts)
