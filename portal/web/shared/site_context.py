"""Context of every page: site, elder mode, and the parts of the portal that the user may open."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.functional import cached_property
from wagtail.models import Page, Site

from cms.models import FairIndexPage
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.employers.models import EmployerMembership
from portal.fairs.models import DoorShift
from portal.ranking.permissions import can_change_ranking
from portal.veterans.models import Veteran

ELDER_COOKIE = "elder"


def is_elder(request: HttpRequest) -> bool:
    """Return whether elder mode (长者模式) is on in this browser."""
    return request.COOKIES.get(ELDER_COOKIE) == "1"


def add_site(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page; the database is read when a template uses it."""
    return {
        "portal": Portal(request),
        "elder_mode": is_elder(request),
        "audiences": Audiences(request),
    }


class Portal:
    """The site, for base.html."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def name(self) -> str:
        return settings.WAGTAIL_SITE_NAME

    @property
    def operator(self) -> Mapping[str, str]:
        """`name`, `contact`, `icp`, `police` and `site_id` for the footer."""
        return settings.SITE_OPERATOR

    @property
    def demo(self) -> bool:
        return settings.DEMO

    @cached_property
    def current_path(self) -> str:
        """The path that a switch in the header returns to: this page or, after POST, the page of the form."""
        request = self._request
        if request.method in ("GET", "HEAD"):
            return request.get_full_path()
        referrer = urlsplit(request.headers.get("Referer", ""))
        if referrer.netloc == request.get_host():
            return f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
        return "/"

    @cached_property
    def menu(self) -> list[tuple[str, str]]:
        """(title, path) of the published pages in the menu, in tree order."""
        root = Site.find_for_request(self._request)
        if root is None:
            return []
        sections = (
            Page.objects.child_of(root.root_page).live().in_menu().order_by("path").only("title", "url_path")
        )
        return [(page.title, page.get_url(self._request) or "/") for page in sections]

    @cached_property
    def fairs_path(self) -> str:
        """Path of the list of fairs; empty while it is not published."""
        index = FairIndexPage.objects.live().first()
        return (index.get_url(self._request) or "") if index is not None else ""


class Audiences:
    """The parts of the portal that the user may open, read in one query on first use."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _user(self) -> User | None:
        # Error pages may be rendered before the session is read.
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def is_signed_in(self) -> bool:
        return self._user is not None

    @property
    def name(self) -> str:
        return self._user.get_short_name() if self._user is not None else ""

    @cached_property
    def _facts(self) -> dict[str, Any]:
        if self._user is None:
            return {"has_record": False, "has_employer": False, "has_shift": False, "unread": 0}
        of_user = User.objects.filter(pk=self._user.pk).annotate(
            has_record=Exists(Veteran.objects.filter(account=OuterRef("pk"))),
            has_employer=Exists(EmployerMembership.objects.filter(user=OuterRef("pk"))),
            has_shift=Exists(DoorShift.objects.current().filter(user=OuterRef("pk"))),
            unread=Count("notifications", filter=Q(notifications__read_at=None)),
        )
        return dict(of_user.values("has_record", "has_employer", "has_shift", "unread").get())

    @property
    def unread_count(self) -> int:
        """Number of unread notifications."""
        return self._facts["unread"]

    @property
    def _permissions(self) -> frozenset[Permission]:
        return self._user.station_permissions if self._user is not None else frozenset()

    @property
    def is_staff(self) -> bool:
        return self._user is not None and self._user.is_station_staff

    @property
    def can_open_records(self) -> bool:
        return Permission.OPEN_RECORDS in self._permissions

    @property
    def can_lead_team(self) -> bool:
        return Permission.LEAD_TEAM in self._permissions

    @property
    def can_review_employers(self) -> bool:
        return Permission.REVIEW_EMPLOYERS in self._permissions

    @property
    def can_read_reports(self) -> bool:
        return Permission.READ_REPORTS in self._permissions

    @property
    def can_run_fairs(self) -> bool:
        return Permission.RUN_FAIRS in self._permissions

    @property
    def can_read_logs(self) -> bool:
        return Permission.READ_LOGS in self._permissions

    @property
    def can_change_ranking(self) -> bool:
        return self._user is not None and can_change_ranking(self._user)

    @property
    def can_edit_pages(self) -> bool:
        return self._user is not None and self._user.has_perm("wagtailadmin.access_admin")

    @property
    def can_open_door(self) -> bool:
        """Has the pages for the door of a fair: runs fairs, or has a door shift today."""
        return self.can_run_fairs or self._facts["has_shift"]

    @property
    def acts_for_employer(self) -> bool:
        return self._facts["has_employer"]

    @property
    def is_veteran(self) -> bool:
        """Has a record, or no other part of the portal and so may open one."""
        return self.is_signed_in and (
            self._facts["has_record"] or not (self.is_staff or self.acts_for_employer or self.can_open_door)
        )
