"""Civilian words for what somebody learnt in service: all that employers are shown of it.

Never the specialty, the branch or the years of service, which together tell where somebody served.
"""

from collections.abc import Iterable
from dataclasses import replace

from matching import Reason
from matching.evidence import LEADS_TO
from matching.knowledge import specialties

# Sensitive trades under a general word; the skills of the others stand in the crosswalk.
_GENERAL_WORDS = {
    "air_defence": ("机电设备操作与维护",),
    "archives_secrecy": ("档案整理",),
    "armoured_driver": ("履带和轮式车辆驾驶",),
    "armoured_mechanic": ("机械维修", "焊接"),
    "artillery": ("机电设备操作与维护",),
    "aviation_ordnance": ("航空地面机械保障",),
    "command_staff": ("计划组织", "队伍管理"),
    "demolition": ("危险品管理",),
    "electronic_countermeasures": ("电子仪器使用",),
    "graduate_soldier": ("团队协作",),
    "internal_guard": ("执勤", "应急处置"),
    "marine_corps": ("体能", "团队协作"),
    "missile_electromechanics": ("机电设备操作与维护",),
    "network_security": ("网络运维",),
    "optics_repair": ("精密机械维修",),
    "ordnance": ("机械维修", "危险品保管"),
    "peacekeeping": ("应急处置", "项目保障"),
    "radar": ("电子设备维修",),
    "radio_signals": ("无线设备操作",),
    "scout": ("应急处置", "观察记录"),
    "sonar": ("电子设备维修",),
    "space_test_range": ("测试测量",),
}
MAX_WORDS = 4


def list_civilian_words(codes: Iterable[str]) -> list[str]:
    """Return the civilian skills of these specialties, the first ones of each, without repeats."""
    by_code = specialties()
    words = [_GENERAL_WORDS.get(code) or (by_code[code].skills if code in by_code else ()) for code in codes]
    by_rank = [row[rank] for rank in range(MAX_WORDS) for row in words if rank < len(row)]
    return list(dict.fromkeys(by_rank))[:MAX_WORDS]


def civilian_reason(reason: Reason) -> Reason:
    """Return the reason without the specialty ('汽车驾驶 → 货车司机') and without the years of service."""
    if reason.kind == "specialty":
        return replace(reason, text=f"做过相近的工作：{reason.text.rpartition(LEADS_TO)[2]}")
    if reason.kind == "experience":
        return replace(reason, text="有相近的工作经历")
    return reason
