"""Patterns of text that several packages search for, without Django."""

import re

# Unit names and code numbers (部队番号/代号). '团队', '集团公司', '旅游' and the like are ordinary words.
UNIT_NAMES = (
    re.compile(r"\d{4,6}\s*部队"),
    re.compile(r"解放军第"),
    re.compile(
        r"第?[0-9一二三四五六七八九十百]{1,5}(集团军|师|旅|团|支队|大队)(?![队员长结购体建傅生范资游店徒糟]|和气)"
    ),
    re.compile(r"(战区|军区|集团军)[^,，。;；\s]{0,8}(师|旅|团|营|连|基地)(?![队员结购体建])"),
    re.compile(r"[0-9一二三四五六七八九十]{1,4}(旅|团|营)[0-9一二三四五六七八九十]{1,4}(营|连)"),
)


def passes_luhn(digits: str) -> bool:
    """Return whether `digits` passes the Luhn check of bank card numbers."""
    doubled = (int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
