"""Places of the demo: seven counties, 73 towns and 1,330 villages of one real city.

Codes and names are facts (GB/T 2260 and its extension); coordinates are approximate. The source table has
nine entries that are not towns (parks, a prison, a forest farm) and 1,339 villages; the specification counts
1,330, so the last entries of the longest lists are left out.
"""

import csv
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "data" / "jiangmen.csv"
_ROADS = ("东华路", "冈州大道", "胜利路", "建设路", "人民路", "港口路", "迎宾大道", "兴业路")


@lru_cache(maxsize=1)
def place_rows() -> tuple[dict[str, str], ...]:
    """Return rows of code, name, parent, level, lat, lon: counties first, then towns, then villages."""
    with _FILE.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def station_rows() -> list[dict[str, str]]:
    """Return the city's 1 + 7 + 73 + 1,330 stations: region_code, name, address, phone, opening_hours."""
    city = {"code": "4407", "name": "江门市", "level": "city"}
    return [_office(row, number) for number, row in enumerate((city, *place_rows()))]


def _office(row: dict[str, str], number: int) -> dict[str, str]:
    centre = row["level"] in {"city", "county"}
    hours = (
        "周一至周五 8:30-12:00 14:30-17:30" if row["level"] != "village" else "工作日 9:00-11:30 15:00-17:00"
    )
    road = _ROADS[number % len(_ROADS)]
    place = row["name"].removesuffix("村委会").removesuffix("居委会")
    return {
        "region_code": row["code"],
        "name": f"{place}退役军人服务{'中心' if centre else '站'}",
        "address": f"{row['name']}{road}{number % 90 + 8}号",
        "phone": f"0750-{6_000_000 + number * 37 % 990_000:07d}",
        "opening_hours": hours,
    }
