"""Merge of two records of one person, its permissions and pages, and its undo."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from portal.accounts.actions import give_consent, log_access
from portal.accounts.enums import AccessKind, ConsentPurpose
from portal.accounts.roles import StationRole
from portal.core.models import AuditEvent
from portal.fairs.models import Registration
from portal.follow_ups.models import FollowUpEvent
from portal.placements import actions as placements
from portal.veterans.enums import CloseReason
from portal.veterans.models import RecordMerge, Veteran
from portal.veterans.record_merges import count_references, merge_records, undo_merge
from portal.visits import actions as visits
from portal.visits.enums import VisitMethod
from portal.visits.models import Visit
from tests.factories import (
    make_fair,
    make_position,
    make_registration,
    make_staff,
    make_stations,
    make_user,
    make_veteran,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def head() -> Any:
    return make_staff(make_stations()["新会区"], StationRole.HEAD)


@pytest.fixture
def target() -> Any:
    return make_veteran(name="陈建国", wish={"text": "开货车"})


@pytest.fixture
def source(head: Any, target: Any) -> Any:
    """Second record of the person, in another town, with an account and a row of every kind."""
    stations, account = make_stations(), make_user("陈建国")
    record = make_veteran(
        name="陈建国", station=stations["司前镇"], account=account, phone_hash=target.phone_hash,
        specialties=("driver",), certificates=("driving_a2",), wish={"text": "保安"}, address="演示路8号",
        skills="会修车",
    )  # fmt: skip
    fair = make_fair()
    make_registration(fair, record)
    make_registration(fair, target)
    make_registration(make_fair(), record)
    placements.declare(veteran=record, position=make_position(), by=head)
    visits.record_visit(
        veteran=record, by=head, held_on=timezone.localdate(), method=VisitMethod.HOME, reached=True
    )
    give_consent(user=account, purpose=ConsentPurpose.EMPLOYER_CARD, wording="告知", by=account)
    return record


def dump_rows() -> dict[str, list[tuple[tuple[str, str], ...]]]:
    """Return all rows of the tables about people, except logs, merges and the times of changes."""
    return {
        model._meta.label: sorted(
            (tuple(sorted((k, str(v)) for k, v in row.items() if k != "updated_at")))
            for row in model._base_manager.values()
        )
        for model in apps.get_models()
        if model._meta.app_label in {"veterans", "placements", "fairs", "visits", "accounts"}
        and model not in {RecordMerge, FollowUpEvent}
    }


def test_merge_moves_rows_account_and_missing_values_to_the_target(
    head: Any, target: Any, source: Any
) -> None:
    account = source.account
    merge_records(target=target, source=source, by=head)
    target, source = Veteran.objects.get(pk=target.pk), Veteran.objects.get(pk=source.pk)
    assert (target.account, source.account) == (account, None)
    assert (target.address, target.skills) == ("演示路8号", "会修车")
    assert target.services.get().specialty_id == "driver"
    assert target.certificates.get().kind == "driving_a2"
    assert target.placements.count() == 1
    assert target.wish.text == "开货车"
    assert Registration.objects.filter(veteran=target).count() == 2  # one of the three was for the same fair
    assert (source.close_reason, source.merged_into) == (CloseReason.MERGED, target)
    assert list(Visit.objects.of(target)) == list(Visit.objects.all())
    assert Veteran.objects.shown_to_employers().get() == target
    assert AuditEvent.objects.filter(verb="veterans.merged").count() == 1


def test_undo_restores_every_row(head: Any, target: Any, source: Any) -> None:
    before = dump_rows()
    merge = merge_records(target=target, source=source, by=head)
    assert dump_rows() != before
    undo_merge(merge=merge, by=head)
    after = dump_rows()
    assert {label: rows for label, rows in after.items() if rows != before[label]} == {}
    with pytest.raises(ValidationError, match="撤销过"):
        undo_merge(merge=merge, by=head)


def test_rows_and_values_added_after_the_merge_stay_with_the_target(
    head: Any, target: Any, source: Any
) -> None:
    merge = merge_records(target=target, source=source, by=head)
    new_placement = placements.declare(
        veteran=Veteran.objects.get(pk=target.pk), position=make_position(), by=head
    )
    Veteran.objects.filter(pk=target.pk).update(skills="会开叉车")
    undo_merge(merge=merge, by=head)
    new_placement.refresh_from_db()
    assert new_placement.veteran_id == target.pk
    assert Veteran.objects.get(pk=target.pk).skills == "会开叉车"


def test_merge_row_stores_no_value_of_a_sensitive_field(head: Any, target: Any, source: Any) -> None:
    merge = merge_records(target=target, source=source, by=head)
    stored_text = f"{merge.moved_rows}{merge.filled_fields}"
    assert "address" in stored_text
    assert "演示路8号" not in stored_text


def test_merge_of_same_closed_or_two_claimed_records_is_refused(head: Any, target: Any, source: Any) -> None:
    with pytest.raises(ValidationError, match="同一份"):
        merge_records(target=target, source=target, by=head)
    Veteran.objects.filter(pk=target.pk).update(account=make_user("另一个号"))
    with pytest.raises(ValidationError, match="登录账号"):
        merge_records(target=target, source=source, by=head)
    Veteran.objects.filter(pk=target.pk).update(closed_on=timezone.localdate(), close_reason="died")
    with pytest.raises(ValidationError, match="已注销"):
        merge_records(target=target, source=source, by=head)


@pytest.mark.parametrize(("place", "role"), [("睦洲镇", "head"), ("新会区", "clerk"), ("蓬江区", "operator")])
def test_only_heads_and_operators_of_both_stations_merge(
    target: Any, source: Any, place: Any, role: Any
) -> None:
    staff = make_staff(make_stations()[place], StationRole(role))
    with pytest.raises(PermissionDenied):
        merge_records(target=target, source=source, by=staff)


def test_preview_counts_the_rows_to_move(target: Any, source: Any) -> None:
    assert dict(count_references(source))["招聘会报名"] == 2
    assert "走访" not in dict(count_references(source))


def test_head_merges_and_undoes_on_the_pages(head: Any, target: Any, source: Any, client_for: Any) -> None:
    desk = client_for(head)
    url = reverse("staff:duplicate", args=[target.pk, source.pk])
    assert url in desk.get(reverse("staff:duplicates")).content.decode()
    assert url in desk.get(f"{reverse('staff:duplicates')}?by=person").content.decode()
    html = desk.get(url).content.decode()
    assert "演示路8号" not in html
    assert source.phone not in html
    assert "请填写这一项" in desk.post(url, {"keep": target.pk}).content.decode()
    html = desk.post(url, {"keep": target.pk, "sure": "on"}, follow=True).content.decode()
    assert "撤销合并" in html
    assert "没有发现重复档案" in desk.get(reverse("staff:duplicates")).content.decode()
    assert "已并入" in desk.get(reverse("staff:veteran", args=[source.pk])).content.decode()
    desk.post(reverse("staff:merge-undo", args=[RecordMerge.objects.get().pk]))
    assert Veteran.objects.get(pk=source.pk).merged_into is None
    other_desk = client_for(make_staff(make_stations()["睦洲镇"], StationRole.HEAD))
    assert other_desk.get(url).status_code == 403
    assert url not in other_desk.get(reverse("staff:duplicates")).content.decode()


def test_person_reads_accesses_and_visits_of_both_records(
    head: Any, target: Any, source: Any, client_for: Any
) -> None:
    log_access(actor=head, file_id=source.pk, kind=AccessKind.VIEW, reason="从前的查看")
    merge_records(target=target, source=source, by=head)
    own = client_for(Veteran.objects.get(pk=target.pk).account)
    assert "从前的查看" in own.get(reverse("veteran:access-log")).content.decode()
    assert "上门" in own.get(reverse("veteran:visits")).content.decode()


def test_query_count_of_the_duplicate_list_is_constant(
    head: Any, target: Any, source: Any, client_for: Any, same_queries: Any
) -> None:
    desk = client_for(head)

    def add_duplicates() -> None:
        for _ in range(3):
            first = make_veteran(name="重复人", birth_date=timezone.localdate() - timedelta(days=9000))
            make_veteran(name="重复人", birth_date=first.birth_date, phone_hash=first.phone_hash)

    for query in ("", "?by=person"):
        same_queries(partial(desk.get, f"{reverse('staff:duplicates')}{query}"), add_duplicates)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_duplicate_pages_pass_the_visual_checks(
    head: Any, target: Any, source: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    window = open_page(width=width)
    sign_in(window, head)
    for path in (reverse("staff:duplicates"), reverse("staff:duplicate", args=[target.pk, source.pk])):
        window.goto(path)
        look(window)


def test_successive_merges_are_undone_in_reverse_order(head: Any, target: Any, source: Any) -> None:
    first = merge_records(target=target, source=source, by=head)
    third = make_veteran(name="陈建国")
    second = merge_records(target=third, source=Veteran.objects.get(pk=target.pk), by=head)
    with pytest.raises(ValidationError, match="先撤销那一次"):
        undo_merge(merge=first, by=head)
    undo_merge(merge=second, by=head)
    undo_merge(merge=first, by=head)
    assert Veteran.objects.get(pk=source.pk).placements.count() == 1
