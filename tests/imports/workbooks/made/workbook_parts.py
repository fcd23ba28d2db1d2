"""Parts of workbooks: headers, rows, and what writes them as bytes."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

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
