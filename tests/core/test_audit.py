"""The event log is only ever added to: Python refuses, the database refuses, and the chain shows the rest."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from portal.core import audit
from portal.core.migration_operations import guard_sql, unguard_sql
from portal.core.models import AppendOnlyError, AuditEvent, AuditLink
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def _tamper(statement: str, log: type[Model] = AuditEvent) -> None:
    """Change a row as an owner of the database file could: drop the guard, run the statement, restore it."""
    with connection.cursor() as cursor:
        for line in [*unguard_sql(log, connection.vendor), statement, *guard_sql(log, connection.vendor)]:
            cursor.execute(line)


def _some_events(n: int = 5) -> list[AuditEvent]:
    user = make_user()
    return [audit.record(by=user, verb="x.did", target=user, nth=i) for i in range(n)]


def test_event_stores_actor_verb_and_target_without_the_plain_phone() -> None:
    user = make_user("王五", phone="13812345678")
    event = audit.record(by=user, verb="accounts.created", target=user, field="x")
    assert event.actor_id == user.pk
    assert "王五" in event.actor_label
    assert "13812345678" not in event.actor_label
    assert (event.target_type, event.target_id) == ("accounts.user", str(user.pk))
    assert event.data == {"field": "x"}


def test_record_many_inserts_all_events_at_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    users = [make_user(f"第{i}人") for i in range(3)]
    with django_assert_num_queries(1):
        assert audit.record_many(by=None, verb="x.did", targets=[(user, {"nth": 1}) for user in users]) == 3
    assert set(AuditEvent.objects.filter(verb="x.did").values_list("target_id", flat=True)) == {
        str(user.pk) for user in users
    }


def test_event_can_be_neither_changed_nor_deleted() -> None:
    event = audit.record(by=None, verb="x", target=make_user())
    event.verb = "y"
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    assert AuditEvent.objects.get(pk=event.pk).verb == "x"


@pytest.mark.parametrize("statement", ["UPDATE core_auditevent SET verb='y'", "DELETE FROM core_auditevent"])
def test_database_refuses_to_change_or_delete_events(statement: str) -> None:
    _some_events(1)
    raises_refusal = pytest.raises((IntegrityError, InternalError), match="never changed or deleted")
    with raises_refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().verb == "x.did"


def test_queryset_update_and_delete_are_refused() -> None:
    _some_events(1)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        AuditEvent.objects.update(verb="y")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        AuditEvent.objects.all()._raw_delete("default")


def test_events_are_linked_after_their_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        _some_events(3)
        assert AuditLink.objects.count() == 0
    assert sum(callback is audit.link_new_events for callback in callbacks) == 1
    assert AuditLink.objects.count() == 3
    assert audit.verify().whole
    assert audit.link_new_events() == 0


def test_new_links_continue_from_the_head() -> None:
    _some_events(2)
    audit.link_new_events()
    head = audit.verify().head
    _some_events(2)
    audit.link_new_events()
    report = audit.verify(known_head=head)
    assert report.whole
    assert report.links == 4
    assert report.head != head


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'y'", "actor_id = 999", "target_id = '1x'", "data = '{}'", "actor_label = '别人'",
        "at = '2020-01-01 00:00:00+00:00'", "target_type = 'x.y'",
    ],
)  # fmt: skip
def test_verification_finds_a_changed_event(change: str) -> None:
    third = _some_events()[2]
    audit.link_new_events()
    _tamper(f"UPDATE core_auditevent SET {change} WHERE id = {third.pk}")
    assert audit.verify().broken_at == third.pk


def test_verification_finds_removed_and_inserted_events() -> None:
    events = _some_events()
    audit.link_new_events()
    _tamper(f"DELETE FROM core_auditlink WHERE event_id = {events[1].pk}", AuditLink)
    assert audit.verify().broken_at == events[2].pk
    assert audit.verify().unlinked == 1


def test_verification_against_a_known_head_finds_a_cut_end() -> None:
    events = _some_events()
    audit.link_new_events()
    head = audit.verify().head
    _tamper(f"DELETE FROM core_auditlink WHERE event_id = {events[-1].pk}", AuditLink)
    _tamper(f"DELETE FROM core_auditevent WHERE id = {events[-1].pk}")
    assert audit.verify().whole
    assert audit.verify(known_head=head).broken_at is not None


def test_chain_made_with_another_key_is_broken(settings: Settings) -> None:
    _some_events()
    audit.link_new_events()
    settings.LOOKUP_HASH_KEY = "another key"
    assert not audit.verify().whole


def test_command_prints_the_head_and_fails_on_a_broken_chain(capsys: pytest.CaptureFixture[str]) -> None:
    events = _some_events()
    with pytest.raises(CommandError, match="5 events stand outside"):
        call_command("verify_audit")
    call_command("verify_audit", "--link")
    assert audit.verify().head in capsys.readouterr().out
    _tamper(f"UPDATE core_auditevent SET data = '{json.dumps({'nth': 9})}' WHERE id = {events[0].pk}")
    with pytest.raises(CommandError, match=f"event {events[0].pk}"):
        call_command("verify_audit")
