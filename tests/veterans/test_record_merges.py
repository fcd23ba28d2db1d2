"""Two files of one person become one and, when that was wrong, two again, each as it was."""

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
def kept() -> Any:
    return make_veteran(name="陈建国", wish={"text": "开货车"})


@pytest.fixture
def gone(head: Any, kept: Any) -> Any:
    """The same person once more, in another town, with an account and a row of every kind."""
    stations = make_stations()
    other = make_veteran(
        name="陈建国", station=stations["司前镇"], account=make_user("陈建国"), phone_hash=kept.phone_hash,
        specialties=("driver",), certificates=("driving_a2",), wish={"text": "保安"}, address="演示路8号",
        skills="会修车",
    )  # fmt: skip
    fair = make_fair()
    make_registration(fair, other)
    make_registration(fair, kept)
    make_registration(make_fair(), other)
    placements.declare(veteran=other, position=make_position(), by=head)
    visits.record_visit(
        veteran=other, by=head, held_on=timezone.localdate(), method=VisitMethod.HOME, reached=True
    )
    give_consent(user=other.account, purpose=ConsentPurpose.EMPLOYER_CARD, wording="告知", by=other.account)
    return other


def picture() -> dict[str, list[tuple]]:
    """Every row of every table about people, but for logs, the merge itself and when a row changed."""
    return {
        model._meta.label: sorted(
            (tuple(sorted((k, str(v)) for k, v in row.items() if k != "updated_at")))
            for row in model._base_manager.values()
        )
        for model in apps.get_models()
        if model._meta.app_label in {"veterans", "placements", "fairs", "visits", "accounts"}
        and model not in {RecordMerge, FollowUpEvent}
    }


def test_everything_that_can_moves_to_the_file_that_stays(head: Any, kept: Any, gone: Any) -> None:
    account = gone.account
    merge_records(kept=kept, gone=gone, by=head)
    kept, gone = Veteran.objects.get(pk=kept.pk), Veteran.objects.get(pk=gone.pk)
    assert (kept.account, gone.account) == (account, None)
    assert (kept.address, kept.skills) == ("演示路8号", "会修车")
    assert kept.services.get().specialty_id == "driver"
    assert kept.certificates.get().kind == "driving_a2"
    assert kept.placements.count() == 1
    assert kept.wish.text == "开货车"
    assert Registration.objects.filter(veteran=kept).count() == 2  # one of the three was for the same fair
    assert (gone.close_reason, gone.merged_into) == (CloseReason.MERGED, kept)
    assert list(Visit.objects.of(kept)) == list(Visit.objects.all())
    assert Veteran.objects.shown_to_employers().get() == kept
    assert AuditEvent.objects.filter(verb="veterans.merged").count() == 1


def test_undoing_leaves_every_row_as_it_was(head: Any, kept: Any, gone: Any) -> None:
    before = picture()
    merge = merge_records(kept=kept, gone=gone, by=head)
    assert picture() != before
    undo_merge(merge=merge, by=head)
    after = picture()
    assert {label: rows for label, rows in after.items() if rows != before[label]} == {}
    with pytest.raises(ValidationError, match="撤销过"):
        undo_merge(merge=merge, by=head)


def test_what_came_since_stays_with_the_file_that_was_kept(head: Any, kept: Any, gone: Any) -> None:
    merge = merge_records(kept=kept, gone=gone, by=head)
    fresh = placements.declare(veteran=Veteran.objects.get(pk=kept.pk), position=make_position(), by=head)
    Veteran.objects.filter(pk=kept.pk).update(skills="会开叉车")
    undo_merge(merge=merge, by=head)
    fresh.refresh_from_db()
    assert fresh.veteran_id == kept.pk
    assert Veteran.objects.get(pk=kept.pk).skills == "会开叉车"


def test_no_value_of_a_sensitive_field_stands_in_the_merge(head: Any, kept: Any, gone: Any) -> None:
    merge = merge_records(kept=kept, gone=gone, by=head)
    held = f"{merge.moved}{merge.filled}"
    assert "address" in held
    assert "演示路8号" not in held


def test_it_is_refused_where_it_makes_no_sense(head: Any, kept: Any, gone: Any) -> None:
    with pytest.raises(ValidationError, match="同一份"):
        merge_records(kept=kept, gone=kept, by=head)
    Veteran.objects.filter(pk=kept.pk).update(account=make_user("另一个号"))
    with pytest.raises(ValidationError, match="登录账号"):
        merge_records(kept=kept, gone=gone, by=head)
    Veteran.objects.filter(pk=kept.pk).update(closed_on=timezone.localdate(), close_reason="died")
    with pytest.raises(ValidationError, match="已注销"):
        merge_records(kept=kept, gone=gone, by=head)


@pytest.mark.parametrize(("place", "role"), [("睦洲镇", "head"), ("新会区", "clerk"), ("蓬江区", "operator")])
def test_only_who_answers_for_both_files_merges(kept: Any, gone: Any, place: Any, role: Any) -> None:
    somebody = make_staff(make_stations()[place], StationRole(role))
    with pytest.raises(PermissionDenied):
        merge_records(kept=kept, gone=gone, by=somebody)


def test_the_preview_counts_what_would_move(kept: Any, gone: Any) -> None:
    assert dict(count_references(gone))["招聘会报名"] == 2
    assert "走访" not in dict(count_references(gone))


def test_the_way_through_the_pages(head: Any, kept: Any, gone: Any, client_for: Any) -> None:
    desk = client_for(head)
    url = reverse("staff:duplicate", args=[kept.pk, gone.pk])
    assert url in desk.get(reverse("staff:duplicates")).content.decode()
    assert url in desk.get(f"{reverse('staff:duplicates')}?by=person").content.decode()
    html = desk.get(url).content.decode()
    assert "演示路8号" not in html
    assert gone.phone not in html
    assert "请填写这一项" in desk.post(url, {"keep": kept.pk}).content.decode()
    html = desk.post(url, {"keep": kept.pk, "sure": "on"}, follow=True).content.decode()
    assert "撤销合并" in html
    assert "没有发现重复档案" in desk.get(reverse("staff:duplicates")).content.decode()
    assert "已并入" in desk.get(reverse("staff:veteran", args=[gone.pk])).content.decode()
    desk.post(reverse("staff:merge-undo", args=[RecordMerge.objects.get().pk]))
    assert Veteran.objects.get(pk=gone.pk).merged_into is None
    town = client_for(make_staff(make_stations()["睦洲镇"], StationRole.HEAD))
    assert town.get(url).status_code == 403
    assert url not in town.get(reverse("staff:duplicates")).content.decode()


def test_the_person_reads_the_looks_at_both(head: Any, kept: Any, gone: Any, client_for: Any) -> None:
    log_access(actor=head, file_id=gone.pk, kind=AccessKind.VIEW, reason="从前的查看")
    merge_records(kept=kept, gone=gone, by=head)
    own = client_for(Veteran.objects.get(pk=kept.pk).account)
    assert "从前的查看" in own.get(reverse("veteran:access-log")).content.decode()
    assert "上门" in own.get(reverse("veteran:visits")).content.decode()


def test_the_list_costs_the_same_with_more_groups(
    head: Any, kept: Any, gone: Any, client_for: Any, same_queries: Any
) -> None:
    desk = client_for(head)

    def more() -> None:
        for _ in range(3):
            first = make_veteran(name="重复人", birth_date=timezone.localdate() - timedelta(days=9000))
            make_veteran(name="重复人", birth_date=first.birth_date, phone_hash=first.phone_hash)

    for query in ("", "?by=person"):
        same_queries(partial(desk.get, f"{reverse('staff:duplicates')}{query}"), more)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_look_right(
    head: Any, kept: Any, gone: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    window = open_page(width=width)
    sign_in(window, head)
    for path in (reverse("staff:duplicates"), reverse("staff:duplicate", args=[kept.pk, gone.pk])):
        window.goto(path)
        look(window)


def test_merges_one_upon_the_other_are_undone_in_their_order(head: Any, kept: Any, gone: Any) -> None:
    first = merge_records(kept=kept, gone=gone, by=head)
    third = make_veteran(name="陈建国")
    second = merge_records(kept=third, gone=Veteran.objects.get(pk=kept.pk), by=head)
    with pytest.raises(ValidationError, match="先撤销那一次"):
        undo_merge(merge=first, by=head)
    undo_merge(merge=second, by=head)
    undo_merge(merge=first, by=head)
    assert Veteran.objects.get(pk=gone.pk).placements.count() == 1
