"""However a number is spelled and wherever it is entered, it finds the same record or is refused in words."""

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.roles import StationRole
from portal.employers.enums import EmployerRole
from portal.employers.models import EmployerMembership
from portal.veterans import actions as veterans
from tests.factories import (
    make_employer,
    make_fair,
    make_id_number,
    make_phone,
    make_registration,
    make_staff,
    make_stations,
    make_uscc,
    make_user,
)
from tests.harness.must import Figure
from tests.web.number_entries import CODES, ENTRIES, PASSWORD, Entry, Outcome, counts
from tests.web.spellings import Speller, spoil

pytestmark = [pytest.mark.django_db, pytest.mark.must("hold.2")]
EXAMPLES = 12


@pytest.fixture
def scene(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """One person, one employer and one fair, each with the number that the entries are to find."""
    stations = make_stations()
    phone, id_number, uscc = make_phone(), make_id_number(), make_uscc()
    clerk = make_staff(stations["睦洲镇"], StationRole.CLERK, password=PASSWORD)
    operator = make_staff(stations["江门市"], StationRole.OPERATOR)
    owner, person = make_user("陈建国"), make_user("陈建国", phone=phone)
    record = veterans.open_record(
        by=clerk, station=stations["睦洲镇"], name="陈建国", id_number=id_number, phone=phone
    )
    employer = make_employer(name="远航物流", uscc=uscc)
    EmployerMembership.objects.create(user=owner, employer=employer, role=EmployerRole.OWNER)
    fair = make_fair()
    return SimpleNamespace(
        stations=stations,
        clerk=clerk,
        operator=operator,
        owner=owner,
        person=person,
        record=record,
        employer=employer,
        fair=fair,
        registration=make_registration(fair, record),
        device=TOTPDevice.objects.create(user=clerk, name="验证器", confirmed=True),
        phone=phone,
        staff_phone=clerk.phone,
        id_number=id_number,
        uscc=uscc,
        run_commit_hooks=django_capture_on_commit_callbacks,
    )


def _enter(entry: Entry, scene: Any, typing: Any) -> tuple[Outcome, list[int]]:
    """Return the outcome and the numbers of rows after it; then take everything back."""
    with transaction.atomic():
        outcome = entry(scene, typing)
        after = counts()
        transaction.set_rollback(True)
    scene.record.refresh_from_db()
    scene.employer.refresh_from_db()
    return outcome, after


def _walk(
    entries: list[Entry], scene: Any, spelling_of: Callable[[Any], Any], *, country: bool = False
) -> Counter[str]:
    """Assert that every entry takes a lawful spelling as the plain one and refuses a spoiled one.

    Args:
        typing: makes of a speller what an entry takes.
    """
    tally: Counter[str] = Counter()
    plain = {id(entry): _enter(entry, scene, spelling_of(str)) for entry in entries}
    for entry in entries:
        assert plain[id(entry)][0][0] == "taken", (entry.__name__, plain[id(entry)])

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32), st.integers(0, 2**32))
    def spell(seed: int, spoil_seed: int) -> None:
        speller = Speller(seed, country=country)
        for entry in entries:
            typing = spelling_of(speller)
            assert _enter(entry, scene, typing) == plain[id(entry)], (entry.__name__, typing)
            wrong = spelling_of(lambda number: spoil(speller(number), spoil_seed))
            (word, value), after = _enter(entry, scene, wrong)
            assert word == "refused", (entry.__name__, wrong, value)
            assert after == counts(), (entry.__name__, wrong)
            tally.update({"spellings": 1, "refused": 1})

    spell()
    return tally


@pytest.mark.parametrize("identity", ENTRIES)
def test_every_spelling_of_a_number_is_one_record(scene: Any, identity: str, figure: Figure) -> None:
    entries, plain = ENTRIES[identity], getattr(scene, identity)
    tally = _walk(entries, scene, lambda spell: spell(plain), country="phone" in identity)
    figure(
        f"{identity}: {len(entries)} entries, {tally['spellings']} spellings the same,"
        f" {tally['refused']} spoiled ones refused, no second row",
        tally["spellings"],
        at_least=len(entries) * EXAMPLES,
    )


@pytest.mark.parametrize("identity", CODES)
def test_every_spelling_of_a_code_is_one_code(scene: Any, identity: str, figure: Figure) -> None:
    entries = CODES[identity]
    tally = _walk(entries, scene, lambda spell: spell)
    figure(
        f"{identity}: {len(entries)} entries, {tally['spellings']} spellings the same,"
        f" {tally['refused']} spoiled ones refused",
        tally["spellings"],
        at_least=len(entries) * EXAMPLES,
    )
