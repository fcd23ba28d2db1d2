"""Chinese words on what of a file is not imported, for its uploader."""

from collections.abc import Mapping
from typing import Any

from portal.imports.number_masking import mask_numbers

_ROW_KINDS = {
    "hidden": "隐藏的行",
    "total": "合计行",
    "note": "说明和签名行",
    "section": "分段标题行",
    "header": "重复的表头行",
    "sample": "示例行",
}


def describe_left_out(layout: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was left out and where, as label and text.

    Args:
        layout: `ImportRun.layout`.
    """
    items: list[tuple[str, str]] = []
    if number := layout.get("hidden_worksheets"):
        items.append(("隐藏的工作表", f"{number} 张，没有读。需要导入的，请取消隐藏后再上传。"))
    rows_by_kind: dict[str, list[str]] = {}
    for row_number, kind, text in layout.get("skipped_rows", ()):
        row_text = f"第 {row_number} 行" + (f"“{mask_numbers(text)}”" if text else "")
        rows_by_kind.setdefault(kind, []).append(row_text)
    for kind, label in _ROW_KINDS.items():
        count = layout.get("skipped", {}).get(kind, 0)
        if count:
            listed = rows_by_kind.get(kind, [])
            more = "等" if count > len(listed) else ""
            items.append(
                (
                    label,
                    f"{count} 行，没有读：{'、'.join(listed)}{more}。" if listed else f"{count} 行，没有读。",
                )
            )
    headers = layout.get("headers", [])
    if hidden_headers := layout.get("hidden_headers"):
        items.append(
            (
                "隐藏的列",
                f"没有读：{'、'.join(map(mask_numbers, hidden_headers))}。需要的话请在“每一列是什么”中选它。",
            )
        )
    read = [headers[index] for index in layout.get("hidden_columns", ()) if index < len(headers)]
    if read:
        items.append(
            ("隐藏但必填的列", f"照样读了：{'、'.join(map(mask_numbers, read))}。请核对下面读出来的样子。")
        )
    return items
