# ruff: noqa: E501  (rows of a table in one line each)
"""Builders of workbooks as people and programs make them; the expected file of each stands beside this module.

The name of a builder is the name of its workbook: `merged_over_rows_xlsx` builds `merged_over_rows.xlsx`.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.imports.workbooks.made import text_workbooks
from tests.imports.workbooks.made.workbook_parts import (
    HEADERS,
    PEOPLE,
    STATION,
    archive_of,
    book_of,
    position,
    rows_of,
    save,
)


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


# --- no tables -------------------------------------------------------------------------------------------
def a_printout_xlsx() -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def an_archive_xlsx() -> bytes:
    return archive_of({"岗位/岗位.csv": "岗位名称\n"})


BUILDERS: dict[str, Callable[[], bytes]] = {
    f"{name.rpartition('_')[0]}.{name.rpartition('_')[2]}": builder
    for name, builder in [*vars(text_workbooks).items(), *globals().items()]
    if not name.startswith("_") and name.endswith(("_xlsx", "_csv", "_xls", "_ods")) and callable(builder)
}
