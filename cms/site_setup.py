"""Set-up of the site: front page, sections, plain pages, editors' groups and moderation workflow."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Task,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.actions import add_page
from cms.editor_groups import EDITORS, MEDIA_PERMISSIONS, MODERATORS, PAGE_PERMISSIONS
from cms.initial_texts import ABOUT, PRIVACY
from cms.models import (
    BaseIndexPage,
    FairIndexPage,
    HomePage,
    InfoPage,
    NewsIndexPage,
    PolicyIndexPage,
)
from portal.accounts.models import User

# Wagtail's first migration creates these two groups and a workflow under English names.
_WAGTAIL_NAMES = {EDITORS: "Editors", MODERATORS: "Moderators"}
_WAGTAIL_WORKFLOW = "Moderators approval"
WORKFLOW = "内容审核"
_LEAD = "招聘会、岗位、政策和基地，一处查清；报名、面试、入职，一路有人跟进。"
_SECTIONS = (
    (FairIndexPage, "fairs", {"title": "招聘会", "intro": "面向退役军人的专场招聘会，免费入场。"}),
    (BaseIndexPage, "bases", {"title": "基地", "intro": "可以培训、实训、孵化创业项目的地方。"}),
    (PolicyIndexPage, "policies", {"title": "政策", "intro": "就业创业扶持政策的金额、条件、依据和有效期。"}),
    (NewsIndexPage, "news", {"title": "资讯"}),
    (InfoPage, "about", {"title": "关于平台", "body": [("text", ABOUT)]}),
    (InfoPage, "privacy", {"title": "隐私说明", "body": [("text", PRIVACY)]}),
)


@transaction.atomic
def setup_site(*, by: User | None = None) -> HomePage:
    """Create the pages, groups and workflow that every installation has. Safe to repeat."""
    home = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        home = root.add_child(instance=HomePage(title="首页", slug="portal-home", lead=_LEAD))
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != home.pk:
        # Placeholder: the default site answers every host; PORTAL_HOSTS and PORTAL_BASE_URL set the real one.
        site.hostname, site.port, site.site_name, site.root_page = "localhost", 80, home.headline, home
        site.save()
    # The welcome page of a new Wagtail; the portal has no pages of the bare class Page.
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


def _setup_groups(home: HomePage) -> dict[str, Group]:
    groups = {}
    for name, codenames in PAGE_PERMISSIONS.items():
        group = Group.objects.filter(name__in=[name, _WAGTAIL_NAMES[name]]).first() or Group()
        group.name = name
        group.save()
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        GroupPagePermission.objects.filter(group=group).exclude(
            page=home
        ).delete()  # only the front page and below
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
    """Create the workflow of one step: a moderator approves, then the page is published."""
    names = [WORKFLOW, _WAGTAIL_WORKFLOW]
    workflow = Workflow.objects.filter(name__in=names).first() or Workflow()
    workflow.name, workflow.active = WORKFLOW, True
    workflow.save()
    existing = Task.objects.filter(name__in=names).first()
    task = existing.specific if existing is not None else GroupApprovalTask()
    task.name, task.active = WORKFLOW, True
    task.save()
    task.groups.set([moderators])
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=Page.objects.get(depth=1), defaults={"workflow": workflow})
