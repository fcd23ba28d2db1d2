"""Write operations of the CMS: published pages, group membership, organisers of fairs."""

from typing import TypeVar

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision

from cms.editor_groups import PAGE_PERMISSIONS, groups_of
from cms.models import JobFairPage
from portal.accounts.models import User
from portal.core import audit
from portal.stations.models import Station

SomePage = TypeVar("SomePage", bound=Page)


@transaction.atomic
def hand_over_fairs(*, station: Station, into: Station, by: User | None) -> int:
    """Make `into` the organiser of the upcoming fairs of `station` and return their number.

    Past fairs keep their organiser. Drafts change too, or publishing one would restore the old organiser.
    """
    fairs = list(
        JobFairPage.objects.filter(organiser=station, ends_at__gte=timezone.now()).select_related(
            "latest_revision"
        )
    )
    JobFairPage.objects.filter(pk__in=[fair.pk for fair in fairs]).update(organiser=into)
    drafts = [fair.latest_revision for fair in fairs if fair.latest_revision is not None]
    for draft in drafts:
        draft.content["organiser"] = into.pk
    Revision.objects.bulk_update(drafts, ["content"])
    return audit.record_many(
        by=by,
        verb="cms.fairs_handed_over",
        targets=[(fair, {"before": station.pk, "after": into.pk}) for fair in fairs],
    )


@transaction.atomic
def sync_groups(*, user: User, by: User | None = None) -> set[str]:
    """Adjust the user's CMS groups to the current appointments and return the names of the groups.

    `by`: the acting user, None for the system at sign-in.
    """
    target = groups_of(user)
    present = set(user.groups.filter(name__in=PAGE_PERMISSIONS).values_list("name", flat=True))
    if target == present:
        return present
    additions = list(Group.objects.filter(name__in=target - present))
    removals = list(Group.objects.filter(name__in=present - target))
    if additions or removals:  # both are empty until `setup_cms` has created the groups
        user.groups.add(*additions)
        user.groups.remove(*removals)
        audit.record(by=by, verb="cms.groups_changed", target=user, groups=sorted(target))
    return present - {group.name for group in removals} | {group.name for group in additions}


@transaction.atomic
def add_page(*, parent: Page, page: SomePage, by: User | None) -> SomePage:
    """Add `page` below `parent` and publish it, with a revision that names the author (None: the system).

    Raises:
        PermissionDenied: `by` may not publish there; appointments count once `sync_groups` has run.
        ValidationError: the page's own checks, keyed by field.
    """
    parent = type(parent).objects.get(pk=parent.pk)  # treebeard counts children on the row it is given
    page.live = False
    parent.add_child(instance=page)
    page.save_revision(user=by, log_action=True).publish(user=by)
    page.refresh_from_db()
    audit.record(by=by, verb="cms.page_published", target=page, title=page.title)
    return page
