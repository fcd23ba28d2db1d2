import pytest

from portal.core.state_machine import TransitionRefused, TransitionTable

TABLE = TransitionTable(("open", {"draft"}, "open"), ("close", {"open", "draft"}, "closed"))


def test_step_leads_to_the_state_of_its_row() -> None:
    assert TABLE.target("open", "draft") == "open"
    assert TABLE.available("draft") == ["open", "close"]
    assert TABLE.available("closed") == []


@pytest.mark.parametrize(("step", "state"), [("open", "open"), ("fly", "draft")])
def test_unknown_step_or_wrong_state_is_refused(step: str, state: str) -> None:
    with pytest.raises(TransitionRefused) as refusal:
        TABLE.target(step, state)
    assert (refusal.value.step, refusal.value.state) == (step, state)


def test_step_may_appear_once_in_a_table() -> None:
    with pytest.raises(ValueError, match="twice"):
        TransitionTable(("open", {"a"}, "b"), ("open", {"b"}, "c"))
