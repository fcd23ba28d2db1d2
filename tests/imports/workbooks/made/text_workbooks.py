# ruff: noqa: E501  (rows of a table in one line each)
"""Builders of tables in text: delimited text, web pages, XML and OpenDocument."""

from email.message import EmailMessage
from typing import Any
from xml.sax.saxutils import escape

from tests.imports.workbooks.made.workbook_parts import HEADERS, PEOPLE, STATION, archive_of, csv_of, position


# --- text files ------------------------------------------------------------------------------------------
def multi_line_cells_csv() -> bytes:
    """GB18030, a title, and a quoted cell with a comma, a quotation mark and a second line."""
    duties = '"负责运输,送货上门；\n人称""老司机""者优先。"'
    return ("岗位征集表\r\n" + csv_of(HEADERS, position("A-1", duties=duties), position("A-2"))).encode(
        "gb18030"
    )


def utf16_without_mark_csv() -> bytes:
    return csv_of(HEADERS, position("A-1"), delimiter="\t").encode("utf-16-le")


def quotation_mark_lost_csv() -> bytes:
    return csv_of(HEADERS, position("A-1", title='"货车司机'), position("A-2")).encode()


def quotation_marks_far_apart_csv() -> bytes:
    """The mark opened in row 2 is closed in row 3, so that a program would read one row of the two."""
    return csv_of(
        HEADERS,
        position("A-1", duties='"负责运输'),
        position("A-2", duties='负责装卸"'),
        position("A-3", title="叉车工"),
    ).encode()


def comma_within_a_cell_csv() -> bytes:
    return csv_of(HEADERS, position("A-1", duties="负责运输,装卸"), position("A-2")).encode("utf-8-sig")


def separator_named_first_csv() -> bytes:
    return (
        "sep=;\r\n" + csv_of(HEADERS, position('="007"'), position("A-2", title="叉车工"), delimiter=";")
    ).encode("utf-8-sig")


def dates_without_types_csv() -> bytes:
    days = (
        "2026.1",
        "2026.12",
        "2026/12/1 0:00",
        "5月8日",
        "5/8/2026",
        "########",
        "二〇二六年十二月一日",
        "26.12.1",
    )
    return csv_of(
        HEADERS, *(position(f"A-{at}", title=f"司机{at}号线", closes=day) for at, day in enumerate(days))
    ).encode("gb18030")


def people_from_a_spreadsheet_csv() -> bytes:
    """ID numbers and phones that a spreadsheet program has rounded."""
    return csv_of(
        PEOPLE,
        ["陈建国", "4.40705E+17", "13800000001", STATION, "2003-12", "2015-12", ""],
        ["李志强", "440705198505010000", "1.38E+10", STATION, "", "", ""],
        [
            "王海波",
            "４４０７０５１９８５０５０１００５１",
            "+86 138-0000-0003",
            STATION,
            "１９９８年１２月",
            "2003.12",
            "",
        ],
    ).encode("utf-8-sig")


def no_table_csv() -> bytes:
    return "今天收到三份表格，\n请尽快录入。\n".encode()


# --- web pages and XML -----------------------------------------------------------------------------------
def page_with_spans_xls() -> bytes:
    head = (
        '<tr><th rowspan="2">岗位名称</th><th rowspan="2">招聘人数</th><th colspan="2">月薪（元）</th>'
        '<th rowspan="2">工作地区</th><th rowspan="2">岗位职责</th></tr><tr><th>下限</th><th>上限</th></tr>'
    )
    rows = (
        "<tr><td>货车司机</td><td>2</td><td>6000</td><td>8000</td><td rowspan=2>新会区</td><td>负责运输，<br>送货。</td></tr>"
        "<tr><td>叉车工</td><td>1</td><td>5000</td><td>6000</td><td>负责装卸。</td></tr>"
        '<tr style="display:none"><td>旧岗位</td><td>1</td><td>1</td><td>1</td><td>新会区</td><td>旧</td></tr>'
        '<tr><td>合计</td><td>3</td><td colspan="4">&nbsp;</td></tr>'
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><style>td{{x:y}}</style></head><body><table>"
        f"<caption>岗位</caption>{head}{rows}</table></body></html>"
    ).encode()


def web_archive_xls() -> bytes:
    message = EmailMessage()
    message["MIME-Version"] = "1.0"
    page = "<html><body>目录</body></html>"
    message.set_content(page, subtype="html", charset="utf-8")
    cells = "".join(f"<td>{cell}</td>" for cell in position("A-1"))
    head = "".join(f"<td>{header}</td>" for header in HEADERS)
    message.add_related(
        f"<html><table><tr>{head}</tr><tr>{cells}</tr></table></html>", subtype="html", charset="gb2312"
    )
    return message.as_bytes()


def spreadsheet_xml_xls() -> bytes:
    """SpreadsheetML 2003: cells left out by index, a merged cell, a date, a hidden row, a formula without value."""

    def cell(value: Any, kind: str = "String", more: str = "") -> str:
        return f'<Cell{more}><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'

    head = "".join(cell(header) for header in HEADERS)
    first = "".join(cell(value) for value in ("A-1", "货车司机"))
    numbers = cell(2, "Number") + cell(6000, "Number") + cell(8000, "Number")
    day = cell("2026-12-31T00:00:00.000", "DateTime", ' ss:StyleID="d"')
    month = cell("2026-12-01T00:00:00.000", "DateTime", ' ss:StyleID="m"')
    region = cell("新会区", more=' ss:MergeDown="1"')
    index = ' ss:Index="{}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>'
        '<Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style>'
        '<Style ss:ID="m"><NumberFormat ss:Format="yyyy&quot;年&quot;m&quot;月&quot;"/></Style></Styles>'
        f'<Worksheet ss:Name="岗位"><Table><Row>{head}</Row>'
        f"<Row>{first}{numbers}{region}{cell('负责运输。')}{day}</Row>"
        f"<Row>{cell('A-2')}{cell('叉车工')}{numbers}{cell('负责装卸。', more=index.format(7))}{month}</Row>"
        f'<Row ss:Hidden="1">{cell("A-3")}{cell("旧岗位")}</Row>'
        f'<Row ss:Index="6">{cell("A-4")}{cell("仓管员")}{cell(1, "Number")}<Cell ss:Formula="=R2C4"/>'
        f"{cell('新会区', more=index.format(6))}{cell('负责仓库。')}</Row></Table></Worksheet></Workbook>"
    ).encode()


def spreadsheet_xml_in_gbk_xls() -> bytes:
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"
        for cells in (HEADERS, position("A-1"))
    )
    return (
        '<?xml version="1.0" encoding="GB2312"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="岗位">'
        f"<Table>{rows}</Table></Worksheet></Workbook>"
    ).encode("gb18030")


def tabs_saved_as_xls() -> bytes:
    """Text with tabs and the ending xls, as many systems export."""
    return csv_of(HEADERS, position("A-1"), delimiter="\t").encode("gb18030")


def other_xml_xls() -> bytes:
    return '<?xml version="1.0" encoding="UTF-8"?><岗位表><岗位 名称="货车司机" 人数="2"/></岗位表>'.encode()


# --- OpenDocument ----------------------------------------------------------------------------------------
_ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def open_document_ods() -> bytes:
    """A hidden sheet, a comment, a merged region, repeated empty rows, a hidden row, a month, no value."""

    def text(value: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="string"{more}><text:p>{value}</text:p></table:table-cell>'
        )

    def number(value: float) -> str:
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'

    def day(value: str, display: str) -> str:
        return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{display}</text:p></table:table-cell>'

    note = "<office:annotation><dc:date>2026-11-01</dc:date><text:p>请核对</text:p></office:annotation>"
    commented = (
        f'<table:table-cell office:value-type="string">{note}<text:p>货车司机</text:p></table:table-cell>'
    )
    numbers = number(2) + number(6000) + number(8000)
    region = text("新会区", ' table:number-rows-spanned="2"')
    empty = '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    head = f"<table:table-row>{''.join(text(header) for header in HEADERS)}</table:table-row>"
    rows = (
        f"<table:table-row>{text('A-1')}{commented}{numbers}{region}{text('负责运输。')}{day('2026-12-31', '2026-12-31')}</table:table-row>"
        f"<table:table-row>{text('A-2')}{text('叉车工')}{numbers}<table:covered-table-cell/>{text('负责装卸。')}"
        f"{day('2026-12-01', '2026年12月')}</table:table-row>"
        f'<table:table-row table:visibility="filter">{text("A-3")}{text("旧岗位")}</table:table-row>{empty}'
        f'<table:table-row>{text("A-4")}{text("仓管员")}{number(1)}<table:table-cell table:formula="of:=[.D2]"/>'
        f"<table:table-cell/>{text('新会区')}{text('负责仓库。')}</table:table-row>{empty}"
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_NAMES}><office:automatic-styles>'
        '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>'
        f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="字典" table:style-name="ta1">{head}'
        f'</table:table><table:table table:name="岗位">{head}{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return archive_of({"mimetype": _ODS_TYPE, "content.xml": content})


def locked_ods() -> bytes:
    manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    return archive_of({"mimetype": _ODS_TYPE, "META-INF/manifest.xml": manifest, "content.xml": "\x00\x01"})
