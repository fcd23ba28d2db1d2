"""URLs of the pages that notifications lead to."""

from collections.abc import Callable, Mapping

from django.urls import reverse

from portal.notifications.enums import NotificationTarget
from portal.notifications.models import Notification


def _link_to_page(name: str) -> Callable[[Notification], str]:
    return lambda _notification: reverse(name)


def _link_to_object(name: str) -> Callable[[Notification], str]:
    return lambda notification: reverse(name, args=[notification.target_id])


def _link_as_employer(name: str) -> Callable[[Notification], str]:
    """Open the page for that employer: a user may act for several."""
    return lambda notification: f"{reverse(name)}?employer={notification.target_id}"


LINKS: Mapping[NotificationTarget, Callable[[Notification], str]] = {
    NotificationTarget.EMPLOYER: _link_as_employer("employer:home"),
    NotificationTarget.EMPLOYER_DOCUMENTS: _link_as_employer("employer:documents"),
    NotificationTarget.EMPLOYER_INVITATIONS: _link_to_page("employer:invitations"),
    NotificationTarget.EMPLOYER_CONFIRMATIONS: _link_to_object("staff:ask-employer"),
    NotificationTarget.POSITION: _link_to_object("employer:position-life"),
    NotificationTarget.POSITION_TEXT: _link_to_object("employer:position-edit"),
    NotificationTarget.OWN_COMPLAINTS: _link_to_page("veteran:complaints"),
    NotificationTarget.SEARCH_RESULTS: lambda notification: (
        f"{reverse('public:search')}?{notification.target_query}"
    ),
    NotificationTarget.SAVED_SEARCHES: _link_to_page("veteran:saved-searches"),
    NotificationTarget.FOLLOW_UPS: _link_to_page("staff:day"),
    NotificationTarget.PLACEMENT: _link_to_object("staff:placement"),
    NotificationTarget.PLACEMENT_CONFIRMATION: _link_to_object("veteran:confirmation"),
    NotificationTarget.ACCOUNT: _link_to_page("public:account"),
}


def notification_url(notification: Notification) -> str:
    """Return the path of the page that a notification leads to, '' for none."""
    if not notification.target:
        return ""
    return LINKS[NotificationTarget(notification.target)](notification)
