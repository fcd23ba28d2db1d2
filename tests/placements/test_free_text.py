"""Free text about a person: encrypted at rest, removed when the record is anonymised."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldError
from django.db import DataError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.utils import timezone

from portal.core.encryption import is_written
from portal.core.migration_operations import EncryptText
from portal.follow_ups import attempts
from portal.follow_ups.absences import record_absence
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome
from portal.follow_ups.models import Absence, FollowUp, FollowUpAttempt
from portal.placements import actions
from portal.placements.models import Placement, PlacementTransition
from tests.factories import make_position, make_staff, make_stations, make_veteran
from tests.harness.optional import require

COLUMNS = [
    (Placement, "left_reason"),
    (PlacementTransition, "note"),
    (FollowUpAttempt, "note"),
    (Absence, "note"),
]


@pytest.fixture
def injured_person_placement() -> Placement:
    """Placement ended by an injury that a step, a call and an absence mention."""
    clerk = make_staff(make_stations()["睦洲镇"])
    placement = actions.declare(veteran=make_veteran(), position=make_position(), by=clerk)
    attempts.record_call(
        follow_up=require(FollowUp.objects.first()), by=clerk, outcome=AttemptOutcome.REACHED, note="说腰伤了"
    )
    for step in ("offer", "onboard", "leave"):
        actions.advance(placement=placement, step=step, by=clerk, note="" if step == "offer" else "腰伤")
    record_absence(
        veteran=placement.veteran, reason=AbsenceReason.OTHER, by=clerk, note="腰伤住院",
        until=timezone.localdate() + timedelta(days=5),
    )  # fmt: skip
    return placement


def read_columns() -> dict[tuple[str, str], list[str]]:
    """Return the raw values of each column, by (table, column)."""
    values = {}
    with connection.cursor() as cursor:
        for model, name in COLUMNS:
            table = model._meta.db_table
            cursor.execute(f'SELECT "{name}" FROM "{table}" ORDER BY id')
            values[table, name] = [text for (text,) in cursor.fetchall()]
    return values


def read() -> dict[tuple[str, str], list[str]]:
    return {
        (model._meta.db_table, name): list(model._default_manager.order_by("pk").values_list(name, flat=True))
        for model, name in COLUMNS
    }


@pytest.mark.django_db
def test_free_text_is_stored_encrypted(injured_person_placement: Placement) -> None:
    for place, texts in read().items():
        assert any("腰伤" in text for text in texts), place
        for plain, token in zip(texts, read_columns()[place], strict=True):
            assert token.startswith("gAAAA") if plain else token == ""


@pytest.mark.django_db
def test_database_requires_text_where_a_step_needs_it(injured_person_placement: Placement) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.filter(pk=injured_person_placement.pk).update(left_reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.update(note="")
    assert Placement.objects.filter(is_written("left_reason")).get() == injured_person_placement
    with pytest.raises(FieldError, match="encrypted"):
        Placement.objects.filter(left_reason="腰伤").exists()


@pytest.mark.django_db
def test_too_long_text_is_refused(injured_person_placement: Placement) -> None:
    Absence.objects.update(note="长" * 200)
    with pytest.raises(DataError, match="200"):
        Absence.objects.update(note="长" * 201)


ENCRYPTIONS = [
    (model._meta.app_label, EncryptText(model_name=require(model._meta.model_name), names=[name]))
    for model, name in COLUMNS
]


def run_encryptions(*, forwards: bool) -> None:
    """Run the migration operations that encrypt the columns, or reverse them."""
    state = MigrationExecutor(connection).loader.project_state()
    with connection.schema_editor() as editor:
        for app_label, operation in ENCRYPTIONS:
            run = operation.database_forwards if forwards else operation.database_backwards
            run(app_label, editor, state, state)


@pytest.mark.django_db(transaction=True)
def test_migration_encrypts_existing_text_and_can_be_reversed(injured_person_placement: Placement) -> None:
    plain = read()
    run_encryptions(forwards=False)
    assert read_columns() == plain
    refuses_to_change(PlacementTransition)
    run_encryptions(forwards=True)
    assert read() == plain
    assert read_columns() != plain
    refuses_to_change(PlacementTransition)
    refuses_to_change(Placement)
    actions.correct(
        placement=injured_person_placement,
        to_state="onboarded",
        by=injured_person_placement.recorded_by,
        reason="没有离职",
    )
    assert Placement.objects.get().left_reason == ""


def refuses_to_change(model: type[Model]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET sequence = sequence + 1')
