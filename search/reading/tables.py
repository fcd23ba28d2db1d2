"""Tables of wordings in `search/data`, read at first use."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from search.reading.criteria import Criteria, Trait

DATA = Path(__file__).parents[1] / "data"


@cache
def table(name: str) -> dict[str, Any]:
    """Return the content of `search/data/NAME.toml`."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def criteria_of(row: Mapping[str, Any]) -> Criteria:
    """Return the conditions of a row: `any`, `better` (lists of traits), `without`, `education_at_most`.

    Raises:
        ValueError: a name that is no trait.
    """

    def sets(key: str) -> tuple[frozenset[Trait], ...]:
        return tuple(frozenset(map(Trait, names)) for names in row.get(key, ()))

    return Criteria(
        any_traits=sets("any"),
        better_traits=sets("better"),
        without_traits=frozenset(map(Trait, row.get("without", ()))),
        education_at_most=row.get("education_at_most"),
    )
