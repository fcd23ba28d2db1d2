# ruff: noqa: E501  (rows of a table in one line each)
"""Builders of workbooks as people and programs make them; the expected file of each stands beside this module.

The name of a builder is the name of its workbook: `merged_over_rows_xlsx` builds `merged_over_rows.xlsx`.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADERS = ("岗位编号", "岗位名称", "招聘人数", "月薪下限", "月薪上限", "工作地区", "岗位职责", "招聘截止日期")
PEOPLE = ("姓名", "身份证号", "手机号码", "责任服务站", "入伍日期", "退役日期", "军事专业")
STATION = "睦洲镇退役军人服务站"


def position(number: Any, title: Any = "货车司机", closes: Any = "2026-12-31", **cells: Any) -> list[Any]:
    row = {
        "number": number,
        "title": title,
        "headcount": 2,
        "low": 6000,
        "high": 8000,
        "region": "新会区",
        "duties": "负责货物运输。",
        "closes": closes,
    }
    return list({**row, **cells}.values())


def book_of(fill: Callable[[Worksheet], None], title: str = "岗位") -> bytes:
    book = Workbook()
    worksheet = book.active
    worksheet.title = title
    fill(worksheet)
    return save(book)


def save(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def rows_of(*rows: Sequence[Any]) -> Callable[[Worksheet], None]:
    def fill(worksheet: Worksheet) -> None:
        for row in rows:
            worksheet.append(list(row))

    return fill


def csv_of(*rows: Sequence[Any], delimiter: str = ",") -> str:
    return "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows)


def archive_of(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


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


# --- xlsx ------------------------------------------------------------------------------------------------
def merged_over_rows_xlsx() -> bytes:
    """Headcount for two rows in one cell; region and address in one; a range of pay in one."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            [*HEADERS[:6], "工作地址", *HEADERS[6:]],
            ["A-1", "货车司机", 5, 6000, 8000, "新会区会城街道1号", None, "负责运输。", "2026-12-31"],
            ["A-2", "叉车工", None, 6000, 8000, "新会区", None, "负责装卸。", None],
            ["A-3", "仓管员", 2, "5000-6000", None, "新会区", None, "负责仓库。", "2026-12-31"],
        )(worksheet)
        for place in ("C2:C3", "F2:G2", "I2:I3", "D4:E4"):
            worksheet.merge_cells(place)

    return book_of(fill)


def groups_of_headers_xlsx() -> bytes:
    """Three rows of headers: a group over groups, merged down where there is none."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            ["退役军人专场招聘会岗位表"],
            ["序号", "岗位信息", None, "待遇", None, None, "其他要求", None],
            [None, "岗位名称", "招聘人数", "薪资", None, "工作地点", "岗位职责", "截止日期"],
            [None, None, None, "最低", "最高"],
            [1, "货车司机", 2, 6000, 8000, "新会区", "负责运输。", "2026-12-31"],
        )(worksheet)
        for place in (
            "A1:H1",
            "A2:A4",
            "B2:C2",
            "D2:F2",
            "G2:H2",
            "B3:B4",
            "C3:C4",
            "D3:E3",
            "F3:F4",
            "G3:G4",
            "H3:H4",
        ):
            worksheet.merge_cells(place)

    return book_of(fill)


def headers_in_two_rows_unmerged_xlsx() -> bytes:
    return book_of(
        rows_of(
            ["岗位名称", "招聘人数", "月薪", None, "工作地区", "岗位职责"],
            [None, None, "下限", "上限", None, None],
            ["货车司机", 2, 6000, 8000, "新会区", "负责运输。"],
        )
    )


def header_over_two_filled_columns_xlsx() -> bytes:
    """'月薪' stands over two numbers, '工作地点' over two words: only the first says which is which."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            ["岗位名称", "招聘人数", "月薪", None, "工作地点", None, "岗位职责"],
            ["货车司机", 2, 6000, 8000, "新会区", "会城街道", "负责运输。"],
            ["叉车工", 1, 5000, 6000, "新会区", None, "负责装卸。"],
        )(worksheet)
        worksheet.merge_cells("C1:D1")
        worksheet.merge_cells("E1:F1")

    return book_of(fill)


def sections_and_signatures_xlsx() -> bytes:
    """Sections, subtotals, the header again on the second page, an example, and lines to sign at."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            HEADERS,
            ["示例", "普工", 10, 5000, 6000, "新会区", "按图作业。", "2026-12-31"],
            ["一、运输类"],
            position("A-1"),
            ["小计", None, 2],
            ["二、仓储类"],
            HEADERS,
            position("A-2", title="仓管员"),
            ["小计：2人"],
            ["合计", None, 4],
            ["填表人：某某", None, None, "审核人：某某", None, None, "日期：2026.11.20"],
            [None, None, None, None, None, None, "单位（盖章）"],
            [None, None, None, None, None, None, "2026年11月20日"],
            ["备注：1.请如实填写"],
            ["2.月薪不得填面议"],
        )(worksheet)
        for row in (3, 6):
            worksheet.merge_cells(f"A{row}:H{row}")

    return book_of(fill)


def how_to_fill_in_below_headers_xlsx() -> bytes:
    """A template whose second row says how to fill in; years of experience in many spellings."""
    headers = [*HEADERS[1:], "工作年限要求"]

    def row(title: str, years: Any, closes: Any = None) -> list[Any]:
        return [title, 2, 6000, 8000, "新会区", "负责货物运输。", closes, years]

    return book_of(
        rows_of(
            headers,
            [
                "必填，最多60字",
                "（必填）",
                "（元/月）",
                "（元/月）",
                "请填县区",
                "必填",
                "格式：2026-12-31",
                "选填",
            ],
            row("一号线司机", "3年以上", "2026年12月底"),
            row("二号线司机", 3.5, "截至2026年12月31日"),
            row("三号线司机", "十五年", "2026-12-31止"),
            row("四号线司机", "1-3年"),
            row("五号线司机", date(2026, 3, 5)),
        )
    )


def same_as_above_xlsx() -> bytes:
    return book_of(
        rows_of(
            HEADERS,
            position("A-1"),
            position("A-2", title="叉车工", region="同上", closes="〃"),
            ["A-3", "仓管员", 1, 5000, 6000, "同上", "负责仓库。", "同上"],
        )
    )


def numbers_as_programs_show_them_xlsx() -> bytes:
    def fill(worksheet: Worksheet) -> None:
        rows_of(
            HEADERS,
            position(2.1, title="一号线司机"),
            position(7, title="二号线司机"),
            position(12, title="三号线司机"),
            position("2.10", title="四号线司机"),
            position(2.5, title="五号线司机"),
            position("A-6", title="六号线司机", low=6000.0, high=8000.0),
            position("A-7", title="七号线司机", closes=2026.1),
            position("A-8", title="八号线司机", closes=2026.12),
            position(440705198505010051, title="九号线司机"),
        )(worksheet)
        worksheet["A2"].number_format = "0.00"
        worksheet["A3"].number_format = "000"
        worksheet["D7"].number_format = "0.00"
        worksheet["H8"].number_format = "0.00"

    return book_of(fill)


def months_and_days_as_shown_xlsx() -> bytes:
    """Dates whose format shows no day, or no year: the program made up the rest."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            HEADERS,
            position("A-1", title="一号线司机", closes=date(2026, 12, 1)),
            position("A-2", title="二号线司机", closes=date(2026, 12, 5)),
            position("A-3", title="三号线司机", closes=datetime(2026, 12, 31, 18, 0)),  # noqa: DTZ001
            position("A-4", title="四号线司机", closes=46387),
            position("A-5", title=date(2026, 5, 8)),
            position(date(2026, 5, 8), title="六号线司机"),
            position("A-7", title="七号线司机", headcount=date(2026, 5, 8)),
            position("A-8", title="八号线司机", low=date(2026, 5, 8), high=None),
        )(worksheet)
        worksheet["H2"].number_format = 'yyyy"年"m"月"'
        worksheet["H3"].number_format = 'm"月"d"日"'
        worksheet["A7"].number_format = 'm"月"d"日"'

    return book_of(fill)


def days_counted_from_1904_xlsx() -> bytes:
    """A workbook of an old Macintosh: 44925 is the day that others count as 46387."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    rows_of(HEADERS, position("A-1", closes=44925))(book.active)
    return save(book)


def which_of_three_xlsx() -> bytes:
    """Two towns on a sheet each, notes on a third, last year's list hidden."""
    book = Workbook()
    book.active.title = "说明"
    rows_of(["请各镇分别填写"])(book.active)
    for title, number in (("睦洲", "A-1"), ("司前", "B-1"), ("去年", "C-1")):
        rows_of(HEADERS, position(number))(book.create_sheet(title))
    book["去年"].sheet_state = "hidden"
    return save(book)


def hidden_optional_column_xlsx() -> bytes:
    def fill(worksheet: Worksheet) -> None:
        rows_of(HEADERS, position("A-1"))(worksheet)
        worksheet.column_dimensions["A"].hidden = True

    return book_of(fill)


def only_headers_xlsx() -> bytes:
    return book_of(rows_of(["岗位征集表"], HEADERS))


def characters_lost_xlsx() -> bytes:
    return book_of(
        rows_of(HEADERS, position("A-1", title="货\ufffd司机"), position("A-2", duties="锟\ufffd\ufffd"))
    )


def another_persons_phone_xlsx() -> bytes:
    """The only phone stands under '紧急联系人': it is not the veteran's."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            ["个人信息", None, None, "紧急联系人", None],
            ["姓名", "身份证号", "责任服务站", "姓名", "手机号码"],
            ["陈建国", "440705198505010051", STATION, "林秀英", "13800000009"],
        )(worksheet)
        worksheet.merge_cells("A1:C1")
        worksheet.merge_cells("D1:E1")

    return book_of(fill, "花名册")


def another_persons_phone_unmerged_xlsx() -> bytes:
    return book_of(
        rows_of(
            ["退役军人花名册"],
            ["个人信息", None, None, "紧急联系人", None],
            ["姓名", "身份证号", "责任服务站", "姓名", "手机号码"],
            ["陈建国", "440705198505010051", STATION, "林秀英", "13800000009"],
        )
    )


def sender_above_headers_xlsx() -> bytes:
    """Name and contact of the sender stand above some columns; they are no headings of them."""

    def fill(worksheet: Worksheet) -> None:
        rows_of(
            ["填表单位", "远航物流", None, None, "联系人", "吴晓彤", None, None],
            HEADERS,
            position("A-1"),
        )(worksheet)
        worksheet.merge_cells("B1:D1")
        worksheet.merge_cells("F1:H1")

    return book_of(fill)


def service_dates_xlsx() -> bytes:
    return book_of(
        rows_of(
            PEOPLE,
            [
                "陈建国",
                "440705198505010051",
                "13800000001",
                STATION,
                "03.12.1",
                "二〇一五年十二月",
                "汽车驾驶员8年",
            ],
            ["李志强", "440705198505010115", 13800000002, STATION, "1969年12月", "1974", ""],
            ["王海波", "440705198505010190", None, STATION, 2003.12, 2015.1, ""],
            ["周大勇", 440705198505010211, None, STATION, 200312, "2015.1", ""],
            ["何志明", "440705198505010270", None, STATION, None, "6月1日", date(2026, 5, 8)],
        ),
        "花名册",
    )


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


# --- no tables -------------------------------------------------------------------------------------------
def a_printout_xlsx() -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def an_archive_xlsx() -> bytes:
    return archive_of({"岗位/岗位.csv": "岗位名称\n"})


BUILDERS: dict[str, Callable[[], bytes]] = {
    f"{name.rpartition('_')[0]}.{name.rpartition('_')[2]}": builder
    for name, builder in list(globals().items())
    if not name.startswith("_") and name.endswith(("_xlsx", "_csv", "_xls", "_ods")) and callable(builder)
}
