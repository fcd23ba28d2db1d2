"""What a cell of a sheet of files may say, and what it means: plain Python, no table is touched by a row."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Choices
from django.utils import timezone

from portal.core.enums import CertificateKind, Education
from portal.core.models import Region, Specialty
from portal.core.validators import (
    PHONE,
    normalise_phone,
    validate_id_number,
    validate_no_unit_name,
)
from portal.sheets.kinds import BadRow
from portal.sheets.running import written_out
from portal.stations.models import Station
from portal.veterans.enums import Branch, EmploymentStatus, RankGroup, Settlement

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
    "too_long": "文字太长",
}
# Other words that people write for a choice.
_SAID: dict[type[Choices], dict[str, str | int]] = {
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
    Education: {
        "小学": 0, "初中": 0, "高中": 1, "中专": 1, "技校": 1, "职高": 1, "中技": 1, "职业高中": 1,
        "高职": 2, "专科": 2, "大学专科": 2, "大专及以下": 2, "大学本科": 3, "大学": 3, "学士": 3,
        "硕士": 4, "博士": 4, "硕士研究生": 4, "博士研究生": 4,
    },
    EmploymentStatus: {
        "就业": "employed", "已就业": "employed", "在职": "employed", "在岗": "employed",
        "未就业": "unemployed", "待业": "unemployed", "无业": "unemployed", "求职中": "unemployed",
        "自主创业": "self_employed", "个体经营": "self_employed", "学生": "studying", "上学": "studying",
        "退休": "retired", "不就业": "not_seeking",
    },
}  # fmt: skip
_YES = frozenset({"是", "党员", "中共党员", "中共预备党员", "预备党员", "√", "1", "y", "yes"})
_NO = frozenset({"否", "不是", "群众", "共青团员", "团员", "非党员", "无", "0", "n", "no", "×"})
# The short name of a certificate that its label does not hold.
_CERTIFICATES_SAID = {
    "叉车": "forklift_n1", "叉车证": "forklift_n1", "叉车司机证": "forklift_n1", "n1": "forklift_n1",
    "电工证": "electrician_low", "低压电工证": "electrician_low", "低压电工": "electrician_low",
    "高压电工证": "electrician_high", "高压电工": "electrician_high", "焊工证": "welder", "焊工": "welder",
    "电焊证": "welder", "登高证": "working_at_height", "高空作业证": "working_at_height",
    "司炉证": "boiler", "锅炉证": "boiler", "制冷证": "refrigeration", "保安证": "security_guard",
    "消防证": "fire_facility", "消防设施操作员": "fire_facility", "厨师证": "chef", "护士证": "nurse",
    "医师证": "doctor", "急救证": "emergency_rescuer", "会计证": "accountant", "教师证": "teacher",
    "教资": "teacher", "社工证": "social_worker", "计算机证": "computer", "无人机证": "uav",
    "无人机驾驶证": "uav", "海员证": "seafarer", "船员证": "seafarer", "汽修证": "auto_repair",
    "电梯证": "elevator", "爆破证": "blaster", "救生证": "lifeguard", "吊车证": "crane_q2",
    "起重机证": "crane_q2", "挖掘机证": "excavator", "货运资格证": "road_transport",
    "危货证": "dangerous_goods", "健康证明": "food_health",
}  # fmt: skip
_KINDS = frozenset(CertificateKind.values)
_DRIVING = re.compile(r"(?:机动车|汽车)?(?:驾驶证|驾照|驾驶执照)?([abc][123]|[de])(?:驾驶证|驾照|证|照)?")
_LISTED = re.compile(r"[、,，;；/／|\n]+")
_YEARS = re.compile(r"[（(]?(\d{1,2})\s*年[)）]?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|(\d{2})(\d{2})?)(?:[ T]\d.*)?")
_SERIAL_ZERO = date(1899, 12, 30)
_OLDEST = date(1930, 1, 1)


def text_of(cell: Any) -> str:
    """A cell as text, without what nobody sees."""
    return _CONTROL.sub("", written_out(cell)).strip()


def folded(text: str) -> str:
    """Width and case set aside, and spaces within."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def id_number(cell: Any) -> str:
    """An ID number that passes the three checks of the standard.

    Raises:
        BadRow: it does not.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell >= 1e15:
        raise BadRow("id_form", "身份证号：按数字保存，末几位已丢失。请把这一列设为文本格式后重新填写。")
    number = folded(text_of(cell)).upper().removeprefix("'")
    if not number:
        raise BadRow("id_form", "身份证号：没有填写。")
    try:
        validate_id_number(number)
    except ValidationError as error:
        raise BadRow(
            error.code or "id_form", f"身份证号：{error.messages[0].removeprefix('身份证号')}"
        ) from error
    return number


def phone(cell: Any) -> str:
    text = text_of(cell)
    if not text:
        return ""  # an old person may have none
    number = normalise_phone(unicodedata.normalize("NFKC", text))
    if not PHONE.fullmatch(number):
        raise BadRow("phone", "手机号码：应为11位手机号码，以1开头；一格只填一个号码。")
    return number


def day(label: str, cell: Any, *, latest: date) -> date | None:
    """A date typed as a date or as text ('2003-12-01', '2003年12月', '200312'); a month is its first day."""
    if isinstance(cell, datetime):
        found: date | None = cell.date()
    elif isinstance(cell, date):
        found = cell
    else:
        text = folded(text_of(cell))
        if not text:
            return None
        found = _day_of(text)
    if found is None:
        raise BadRow("dates", f"{label}：读不出日期，请写成 2003-12-01 这样。")
    if not _OLDEST <= found <= latest:
        raise BadRow("dates", f"{label}：日期不合理，请核对。")
    return found


def _day_of(text: str) -> date | None:
    if text.isdigit() and len(text) == 5:  # a spreadsheet's count of days
        return _SERIAL_ZERO + timedelta(days=int(text))
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    month, of_month = found[2] or found[4] or "1", found[3] or found[5] or "1"
    try:
        return date(int(found[1]), int(month), int(of_month))
    except ValueError:
        return None


def free_text(label: str, cell: Any, longest: int, *, guarded: bool = True) -> str:
    """Text of limited length; `guarded` text may name no military unit."""
    text = text_of(cell)
    if len(text) > longest:
        raise BadRow("too_long", f"{label}：最多 {longest} 个字。")
    if guarded:
        try:
            validate_no_unit_name(text)
        except ValidationError as error:
            raise BadRow(
                "unit_name",
                f"{label}：请不要填写部队番号或代号。可写军种、专业和服役年限，例如：陆军，汽车驾驶，12年。",
            ) from error
    return text


def sensitive_text(label: str, cell: Any) -> str:
    text = free_text(label, cell, 60)
    return "" if text in {"无", "否", "没有"} else text


def yes_or_no(label: str, cell: Any) -> bool | None:
    text = folded(text_of(cell))
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadRow("choice", f"{label}：请填“是”或“否”。")


class Words:
    """A column with a fixed set of words."""

    def __init__(self, label: str, choices: type[Choices]) -> None:
        self.label, self.labels = label, [str(name) for name in choices.labels]
        self._known = {folded(str(name)): value for value, name in choices.choices}
        self._known |= {folded(word): value for word, value in _SAID.get(choices, {}).items()}

    def __call__(self, cell: Any) -> Any:
        text = folded(text_of(cell))
        if not text:
            return None
        if text not in self._known:
            raise BadRow("choice", f"{self.label}：请从这些里选一个：{'、'.join(self.labels)}。")
        return self._known[text]


class Listed:
    """A column with several words of a table, parted by '、'."""

    def __init__(self, label: str, find: Callable[[str], str | None]) -> None:
        self.label, self._find = label, find

    def __call__(self, cell: Any) -> dict[str, int | None]:
        """Code -> years, when they are written ('汽车驾驶员8年')."""
        found: dict[str, int | None] = {}
        for part in _LISTED.split(text_of(cell)):
            if not (word := folded(part)) or word in {"无", "没有"}:
                continue
            years = _YEARS.search(word)
            code = self._find(word[: years.start()] if years else word) or self._find(word)
            if code is None:
                raise BadRow(
                    "choice", f"{self.label}：认不出其中一项，请对照模板“可选内容”填写，用顿号“、”隔开。"
                )
            found[code] = min(int(years[1]), 45) if years else None
        return found


def certificate_of(word: str) -> str | None:
    found = _DRIVING.fullmatch(word)
    if found:
        kind = f"driving_{found[1]}"
        return kind if kind in _KINDS else None
    return _certificates().get(word)


@lru_cache(maxsize=1)
def _certificates() -> dict[str, str]:
    return {folded(label): value for value, label in CertificateKind.choices} | _CERTIFICATES_SAID


def specialties() -> dict[str, str]:
    """Name or alias -> code of the military specialties in the database; names win over aliases."""
    known = {row.code: row.name for row in Specialty.objects.all()}
    with (Path(settings.REFERENCE_DIR) / "crosswalk.csv").open(encoding="utf-8") as file:
        said = {
            folded(alias): row["code"]
            for row in csv.DictReader(file)
            for alias in row["aliases"].split("|")
            if row["code"] in known
        }
    named = {folded(name): code for code, name in known.items()}
    short = {word.removesuffix("员"): code for word, code in named.items() if word.endswith("员")}
    return {**short, **said, **named}


class Places:
    """Names and codes of places; a name that several places bear is none unless one of them is near."""

    def __init__(self, rows: Iterable[tuple[Any, str, Iterable[str]]]) -> None:
        """Rows of what is found, its code, and the names it goes by."""
        self._by_name: dict[str, list[tuple[str, Any]]] = {}
        self._by_code: dict[str, Any] = {}
        for found, code, names in rows:
            self._by_code[code] = found
            for name in {folded(name) for name in names}:
                self._by_name.setdefault(name, []).append((code, found))

    def find(self, cell: Any, near: str = "") -> tuple[Any, bool]:
        """What is meant, and whether several were (then it is None)."""
        text = folded(text_of(cell))
        if text.isdigit():
            return self._by_code.get(text.removesuffix("000000") or text, self._by_code.get(text)), False
        found = self._by_name.get(text, [])
        if len(found) > 1 and near:
            found = [row for row in found if row[0].startswith(near)] or found
        return (found[0][1], False) if len(found) == 1 else (None, bool(found))


def region_places() -> Places:
    regions = {row.code: row for row in Region.objects.all()}
    return Places((row.code, row.code, _chains(row, regions)) for row in regions.values())


def _chains(region: Region, regions: Mapping[str, Region]) -> list[str]:
    """'南安村', '睦洲镇南安村', '新会区睦洲镇南安村' … up to the province."""
    names = [region.name]
    above = regions.get(region.parent_id or "")
    while above is not None:
        names.append(above.name + names[-1])
        above = regions.get(above.parent_id or "")
    return names


def station_places(paths: Iterable[str]) -> Places:
    """Open stations below these paths, by their own names and those of their places."""
    regions = {row.code: row for row in Region.objects.all()}
    stations = Station.objects.in_subtrees(paths).open_on(timezone.localdate())
    return Places(
        (station, station.region_id, [station.name, *_chains(regions[station.region_id], regions)])
        for station in stations
    )
