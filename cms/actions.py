"""Writes of this room: the site's frame, group membership by post, and a page published in one call."""

from typing import TypeVar

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Revision,
    Site,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.groups import EDITORS, MEDIA_PERMISSIONS, MODERATORS, PAGE_PERMISSIONS, groups_of
from cms.models import (
    BaseIndexPage,
    FairIndexPage,
    HomePage,
    InfoPage,
    JobFairPage,
    NewsIndexPage,
    PolicyIndexPage,
)
from cms.texts import ABOUT, PRIVACY
from portal.accounts.models import User
from portal.core import audit
from portal.stations.models import Station

SomePage = TypeVar("SomePage", bound=Page)

# Wagtail's own first migration makes these two groups and a workflow under English names.
_WAGTAIL_NAMES = {EDITORS: "Editors", MODERATORS: "Moderators"}
_WAGTAIL_WORKFLOW = "Moderators approval"
WORKFLOW = "内容审核"


@transaction.atomic
def hand_over_fairs(*, station: Station, into: Station, by: User | None) -> int:
    """Make `into` the organiser of the coming fairs of `station`; how many. Past fairs keep theirs. Drafts
    follow, or publishing one would bring the old organiser back.
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
    """Make the user's CMS groups follow today's posts; returns their names.

    `by` is the person whose act led here, None when the system does it at sign-in.
    """
    wanted = groups_of(user)
    present = set(user.groups.filter(name__in=PAGE_PERMISSIONS).values_list("name", flat=True))
    if wanted == present:
        return present
    gained = list(Group.objects.filter(name__in=wanted - present))
    lost = list(Group.objects.filter(name__in=present - wanted))
    if gained or lost:  # neither before `setup_cms` has made the groups
        user.groups.add(*gained)
        user.groups.remove(*lost)
        audit.record(by=by, verb="cms.groups_changed", target=user, groups=sorted(wanted))
    return present - {group.name for group in lost} | {group.name for group in gained}


@transaction.atomic
def add_page(*, parent: Page, page: SomePage, by: User | None) -> SomePage:
    """Add `page` below `parent` and publish it, with a revision that names the author (None: the system).

    Raises:
        PermissionDenied: `by` may not publish there; station posts count once `sync_groups` has seen them.
        ValidationError: the page's own checks, keyed by field.
    """
    parent = type(parent).objects.get(pk=parent.pk)  # treebeard counts children on the row it is given
    page.live = False
    parent.add_child(instance=page)
    page.save_revision(user=by, log_action=True).publish(user=by)
    page.refresh_from_db()
    audit.record(by=by, verb="cms.page_published", target=page, title=page.title)
    return page


@transaction.atomic
def setup_site(*, by: User | None = None) -> HomePage:
    """Make what every installation has: site, sections, plain pages, groups, workflow. Safe to repeat."""
    home = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        home = root.add_child(instance=HomePage(title="首页", slug="portal-home", lead=_LEAD))
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != home.pk:
        site.hostname, site.port, site.site_name, site.root_page = "localhost", 80, home.headline, home
        site.save()
    # The page that a new Wagtail greets with; nothing of ours is a bare Page.
    for page in Page.objects.filter(
        depth=2, content_type__model="page", content_type__app_label="wagtailcore"
    ):
        page.delete()
    for model, slug, fields in _SECTIONS:
        if not Page.objects.child_of(home).filter(slug=slug).exists():
            add_page(parent=home, page=model(slug=slug, **fields), by=by)
    groups = _setup_groups(home)
    _setup_workflow(groups[MODERATORS])
    home.refresh_from_db()
    return home


_LEAD = "招聘会、岗位、政策和基地，一处查清；报名、面试、入职，一路有人跟进。"
_SECTIONS = (
    (FairIndexPage, "fairs", {"title": "招聘会", "intro": "面向退役军人的专场招聘会，免费入场。"}),
    (BaseIndexPage, "bases", {"title": "基地", "intro": "可以培训、实训、孵化创业项目的地方。"}),
    (PolicyIndexPage, "policies", {"title": "政策", "intro": "就业创业扶持政策的金额、条件、依据和有效期。"}),
    (NewsIndexPage, "news", {"title": "资讯"}),
    (InfoPage, "about", {"title": "关于平台", "body": [("text", ABOUT)]}),
    (InfoPage, "privacy", {"title": "隐私说明", "body": [("text", PRIVACY)]}),
)


def _setup_groups(home: HomePage) -> dict[str, Group]:
    groups = {}
    for name, codenames in PAGE_PERMISSIONS.items():
        group = Group.objects.filter(name__in=[name, _WAGTAIL_NAMES[name]]).first() or Group()
        group.name = name
        group.save()
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        group.page_permissions.exclude(page=home).delete()  # below the home page, not beside it
        for codename in codenames:
            GroupPagePermission.objects.get_or_create(
                group=group,
                page=home,
                permission=Permission.objects.get(content_type__app_label="wagtailcore", codename=codename),
            )
        for app, codename in MEDIA_PERMISSIONS:
            GroupCollectionPermission.objects.get_or_create(
                group=group,
                collection=Collection.get_first_root_node(),
                permission=Permission.objects.get(content_type__app_label=app, codename=codename),
            )
        groups[name] = group
    return groups


def _setup_workflow(moderators: Group) -> None:
    """One step: somebody of the moderators looks, then the page is published."""
    names = [WORKFLOW, _WAGTAIL_WORKFLOW]
    workflow = Workflow.objects.filter(name__in=names).first() or Workflow()
    workflow.name, workflow.active = WORKFLOW, True
    workflow.save()
    found = Task.objects.filter(name__in=names).first()
    task = found.specific if found is not None else GroupApprovalTask()
    task.name, task.active = WORKFLOW, True
    task.save()
    task.groups.set([moderators])
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=Page.objects.get(depth=1), defaults={"workflow": workflow})
