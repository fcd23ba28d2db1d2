import pytest

from portal.core.state_machine import TransitionRefused, TransitionTable

TABLE = TransitionTable(("open", {"draft"}, "open"), ("close", {"open", "draft"}, "closed"))


def test_a_step_leads_where_the_table_says() -> None:
    assert TABLE.target("open", "draft") == "open"
    assert TABLE.available("draft") == ["open", "close"]
    assert TABLE.available("closed") == []


@pytest.mark.parametrize(("step", "state"), [("open", "open"), ("fly", "draft")])
def test_a_step_that_does_not_exist_is_refused(step: str, state: str) -> None:
    with pytest.raises(TransitionRefused) as refused:
        TABLE.target(step, state)
    assert (refused.value.step, refused.value.state) == (step, state)


def test_a_step_stands_once_in_a_table() -> None:
    with pytest.raises(ValueError, match="twice"):
        TransitionTable(("open", {"a"}, "b"), ("open", {"b"}, "c"))
