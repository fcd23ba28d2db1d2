"""The event log is only ever added to."""

import pytest

from portal.core import audit
from portal.core.models import AppendOnlyError, AuditEvent
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_an_event_names_actor_verb_and_target_without_the_plain_phone() -> None:
    user = make_user("王五", phone="13812345678")
    event = audit.record(by=user, verb="accounts.created", target=user, field="x")
    assert event.actor_id == user.pk
    assert "王五" in event.actor_label
    assert "13812345678" not in event.actor_label
    assert (event.target_type, event.target_id) == ("accounts.user", str(user.pk))
    assert event.data == {"field": "x"}


def test_rows_can_be_neither_changed_nor_deleted() -> None:
    event = audit.record(by=None, verb="x", target=make_user())
    event.verb = "y"
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    assert AuditEvent.objects.get(pk=event.pk).verb == "x"
