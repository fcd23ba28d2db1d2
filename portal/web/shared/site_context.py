"""What every page needs: the operator for the footer, elder mode, and which doors are open to the user."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
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
    return request.COOKIES.get(ELDER_COOKIE) == "1"


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every page. Nothing here reads the database before a template asks for it."""
    return {
        "portal": Portal(request),
        "elder_mode": is_elder(request),
        "audiences": Audiences(request),
    }


class Portal:
    """The site itself, for base.html."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def name(self) -> str:
        return settings.WAGTAIL_SITE_NAME

    @property
    def operator(self) -> Mapping[str, str]:
        """`name`, `contact`, `icp`, `police`, `site_id` of the footer."""
        return settings.SITE_OPERATOR

    @property
    def demo(self) -> bool:
        return settings.DEMO

    @cached_property
    def here(self) -> str:
        """Where a switch in the header leads back to: this page, or the page whose form was just sent."""
        request = self._request
        if request.method in ("GET", "HEAD"):
            return request.get_full_path()
        sent_from = urlsplit(request.headers.get("Referer", ""))
        if sent_from.netloc == request.get_host():
            return f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
        return "/"

    @cached_property
    def menu(self) -> list[tuple[str, str]]:
        """(title, path) of the published sections that editors put into the menu, in tree order."""
        root = Site.find_for_request(self._request)
        if root is None:
            return []
        sections = (
            Page.objects.child_of(root.root_page).live().in_menu().order_by("path").only("title", "url_path")
        )
        return [(page.title, page.get_url(self._request) or "/") for page in sections]

    @cached_property
    def fairs_path(self) -> str:
        """Where the fairs are listed; empty while that section is not published."""
        index = FairIndexPage.objects.live().first()
        return (index.get_url(self._request) or "") if index is not None else ""


class Audiences:
    """Which parts of the portal the user has something to do in. One query, at the first question."""

    def __init__(self, request: HttpRequest) -> None:
        # Error pages may be drawn before the session was read.
        self._user = getattr(request, "user", None)

    @property
    def signed_in(self) -> bool:
        return self._user is not None and self._user.is_authenticated

    @property
    def name(self) -> str:
        return self._user.get_short_name() if self.signed_in else ""

    @cached_property
    def _found(self) -> dict[str, Any]:
        if not self.signed_in:
            return {"file": False, "employer": False, "duty": False, "unread": 0}
        of_user = User.objects.filter(pk=self._user.pk).annotate(
            file=Exists(Veteran.objects.filter(account=OuterRef("pk"))),
            employer=Exists(EmployerMembership.objects.filter(user=OuterRef("pk"))),
            duty=Exists(DoorShift.objects.on(timezone.localdate()).filter(user=OuterRef("pk"))),
            unread=Count("notices", filter=Q(notices__read_at=None)),
        )
        return of_user.values("file", "employer", "duty", "unread").get()

    @property
    def unread(self) -> int:
        """Messages that wait to be read."""
        return self._found["unread"]

    @property
    def _permissions(self) -> frozenset[Permission]:
        return self._user.station_permissions if self.signed_in else frozenset()

    @property
    def staff(self) -> bool:
        return self.signed_in and self._user.is_station_staff

    @property
    def files(self) -> bool:
        """Opens veterans' files."""
        return Permission.OPEN_RECORDS in self._permissions

    @property
    def leads(self) -> bool:
        """Gives calls to others."""
        return Permission.LEAD_TEAM in self._permissions

    @property
    def reviews(self) -> bool:
        """Reviews employers and positions."""
        return Permission.REVIEW_EMPLOYERS in self._permissions

    @property
    def reports(self) -> bool:
        """Reads the figures of the own stations."""
        return Permission.READ_REPORTS in self._permissions

    @property
    def desks(self) -> bool:
        """Runs the fairs of the own stations."""
        return Permission.RUN_FAIRS in self._permissions

    @property
    def audits(self) -> bool:
        """Reads the logs."""
        return Permission.READ_LOGS in self._permissions

    @property
    def ranks(self) -> bool:
        """Decides by which version lists are ranked."""
        return self.signed_in and can_change_ranking(self._user)

    @property
    def editor(self) -> bool:
        """Writes in the CMS."""
        return self.signed_in and self._user.has_perm("wagtailadmin.access_admin")

    @property
    def door(self) -> bool:
        """Stands at the door of a fair: of the stations served, or on duty today."""
        return Permission.RUN_FAIRS in self._permissions or self._found["duty"]

    @property
    def employer(self) -> bool:
        return self._found["employer"]

    @property
    def veteran(self) -> bool:
        """Has a file, or is here for nothing else (and so may start one)."""
        return self.signed_in and (self._found["file"] or not (self.staff or self.employer or self.door))
