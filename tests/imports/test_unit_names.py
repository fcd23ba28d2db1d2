"""No text column of a sheet takes the name of a military unit, in whatever disguise."""

import pytest

from portal.imports.import_kinds import BadRow, apply_rules
from portal.positions.field_rules import POSITION_RULES
from tests.core.unit_name_disguises import CODES, DEVELOPED, HELD_OUT


@pytest.mark.must("hold.7")
@pytest.mark.parametrize("name", sorted(DEVELOPED | HELD_OUT))
def test_cell_with_a_disguised_unit_name_is_refused(name: str) -> None:
    text = (DEVELOPED | HELD_OUT)[name](CODES[0])
    with pytest.raises(BadRow, match="部队番号") as error:
        apply_rules(POSITION_RULES, {"duties": text}, labels={"duties": "岗位职责"})
    assert error.value.code == "unit_name"
