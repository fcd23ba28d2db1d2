"""Parsing and validation of the cells of an import of records."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Choices
from django.utils import timezone

from portal.core.enums import Education
from portal.core.models import Region, Specialty
from portal.imports.cell_parsing import (
    EDUCATION_SYNONYMS,
    LIST_SEPARATORS,
    PlaceIndex,
    clean_text,
    fold_text,
    list_place_names,
)
from portal.imports.cell_text import cell_text
from portal.imports.import_kinds import BadRow
from portal.stations.models import Station
from portal.veterans.enums import DISABILITY_GRADES, Branch, EmploymentStatus, RankGroup, Settlement
from portal.veterans.field_rules import ID_NUMBER

PROBLEMS = {
    "name": "姓名没有填写",
    "id_form": "身份证号格式不对",
    "id_birth": "身份证号中的出生日期不对",
    "id_check": "身份证号校验位不符",
    "phone": "手机号码不对",
    "station": "服务站不认识，或不在管辖范围",
    "region": "地区不认识",
    "dates": "日期读不出，或先后不对",
    "choice": "选项不认识",
    "unit_name": "写了部队番号或代号",
    "duplicate": "身份证号在本表中重复",
    "elsewhere": "已在其他服务站建档",
    "closed": "档案已注销，或已并入另一份",
    "too_long": "文字太长",
}
# Other words for a choice -> its stored value.
CHOICE_SYNONYMS: dict[type[Choices], dict[str, str | int]] = {
    Branch: {
        "陆": "army", "海": "navy", "空": "air_force", "火箭": "rocket_force", "二炮": "rocket_force",
        "第二炮兵": "rocket_force", "武警": "armed_police", "武装警察": "armed_police",
        "战略支援部队": "support_force", "其他": "support_force",
    },
    RankGroup: {
        "列兵": "conscript", "上等兵": "conscript", "士兵": "conscript",
        "初级士官": "nco_junior", "下士": "nco_junior", "中士": "nco_junior",
        "中级士官": "nco_middle", "上士": "nco_middle", "二级上士": "nco_middle", "一级上士": "nco_middle",
        "高级士官": "nco_senior", "三级军士长": "nco_senior", "二级军士长": "nco_senior",
        "一级军士长": "nco_senior", "干部": "officer",
    },
    Settlement: {
        "自谋职业": "self_employed", "政府安排工作": "assigned", "安置工作": "assigned",
        "逐月领取退役金安置": "monthly_pension", "逐月": "monthly_pension",
        "退休安置": "retired", "国家供养": "supported",
    },
    Education: EDUCATION_SYNONYMS,
    EmploymentStatus: {
        "就业": "employed", "已就业": "employed", "在职": "employed", "在岗": "employed",
        "未就业": "unemployed", "待业": "unemployed", "无业": "unemployed", "求职中": "unemployed",
        "自主创业": "self_employed", "个体经营": "self_employed", "学生": "studying", "上学": "studying",
        "退休": "retired", "不就业": "not_seeking",
    },
}  # fmt: skip

_NONE = frozenset({"无", "否", "没有"})
# '低保家庭' and '低保户' say who has the difficulty.
_WHO = re.compile("(?:家庭|户|人员|对象)$")
_DIFFICULTY_SYNONYMS = {
    "大病": "重大疾病", "重病": "重大疾病", "最低生活保障": "低保", "特困": "特困供养",
    "失业": "长期失业", "住房": "住房困难", "子女就学": "子女就学困难", "因灾": "因灾致困",
    "其他": "其他困难",
}  # fmt: skip
_GRADE = re.compile("(10|[1-9]|[一二三四五六七八九十])级")


def parse_id_number(cell: Any) -> str:
    """Return the ID number of a cell.

    Raises:
        BadRow: missing or invalid.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell >= 1e15:
        raise BadRow("id_form", "身份证号：按数字保存，末几位已丢失。请把这一列设为文本格式后重新填写。")
    try:
        return str(ID_NUMBER.clean(cell_text(cell)))
    except ValidationError as error:
        message = error.messages[0].removeprefix("身份证号")
        raise BadRow(error.code or "id_form", f"身份证号：{message}") from error


def parse_difficulty(cell: Any) -> list[str]:
    """Return the difficulty types that a cell names, in their official words where those are known."""
    words = [_WHO.sub("", fold_text(word)) for word in LIST_SEPARATORS.split(clean_text(cell))]
    return [_DIFFICULTY_SYNONYMS.get(word, word) for word in words if word and word not in _NONE]


def parse_disability(cell: Any) -> str:
    """Return the disability grade that a cell names ('因战八级', '8级' and '八级' are one), or its text."""
    text = fold_text(clean_text(cell))
    if text in _NONE:
        return ""
    grades = set(_GRADE.findall(text))
    if len(grades) != 1:
        return text
    grade = grades.pop()
    return DISABILITY_GRADES[int(grade) - 1] if grade.isascii() else f"{grade}级"


def load_specialty_codes() -> dict[str, str]:
    """Return folded name or alias -> code of the military specialties; names win over aliases."""
    names = {row.code: row.name for row in Specialty.objects.all()}
    with (Path(settings.REFERENCE_DIR) / "crosswalk.csv").open(encoding="utf-8") as file:
        aliases = {
            fold_text(alias): row["code"]
            for row in csv.DictReader(file)
            for alias in row["aliases"].split("|")
            if row["code"] in names
        }
    full = {fold_text(name): code for code, name in names.items()}
    short = {word.removesuffix("员"): code for word, code in full.items() if word.endswith("员")}
    return {**short, **aliases, **full}


def load_station_index(paths: Iterable[str]) -> PlaceIndex:
    """Return the index of open stations below `paths`, by their names and those of their regions."""
    regions = {row.code: row for row in Region.objects.all()}
    stations = Station.objects.in_subtrees(paths).open_on(timezone.localdate())
    return PlaceIndex(
        (station, station.region_id, [station.name, *list_place_names(regions[station.region_id], regions)])
        for station in stations
    )
