"""Words on cards for employers: civilian skills, never where somebody served."""

import re

import pytest

from matching import Reason
from matching.knowledge import specialties
from portal.ranking.civilian_words import civilian_reason, list_civilian_words

# Branches and words that belong to weapons and troops.
MILITARY = re.compile(
    "军|兵|炮|弹|雷达|导弹|装甲|坦克|舰|潜艇|声呐|侦察|战|武器|枪|爆破|密码|部队|服役|防空|两栖|电子对抗|格斗"
)


@pytest.mark.must("hold.7")
@pytest.mark.parametrize("code", sorted(specialties()))
def test_words_of_a_specialty_are_civilian(code: str) -> None:
    words = list_civilian_words([code])
    assert words
    assert [word for word in words if MILITARY.search(word)] == []
    assert specialties()[code].name not in words


def test_words_of_several_specialties_alternate() -> None:
    words = list_civilian_words(["driver", "cook"])
    assert words[:2] == [specialties()["driver"].skills[0], specialties()["cook"].skills[0]]
    assert list_civilian_words(["unheard of"]) == []


def test_reason_for_employers_names_no_specialty_and_no_years() -> None:
    card_reason = civilian_reason(Reason("specialty", "雷达操作维修 → 电子设备维修工"))
    assert card_reason.text == "做过相近的工作：电子设备维修工"
    assert "8" not in civilian_reason(Reason("experience", "服役 8 年从事相近工作，计入工作经历")).text
    other = Reason("certificate", "持有A2驾照")
    assert civilian_reason(other) == other
