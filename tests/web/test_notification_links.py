"""Notification targets lead to the paths that were stored in each notification at c208740."""

import pytest
from django.urls import resolve

from portal.notifications.enums import NotificationTarget
from portal.notifications.models import TARGET_QUERY_LENGTH, Notification
from portal.web.shared.notification_links import LINKS, notification_url

PATHS = {
    NotificationTarget.EMPLOYER: "/company/?employer=7",
    NotificationTarget.EMPLOYER_DOCUMENTS: "/company/papers/?employer=7",
    NotificationTarget.EMPLOYER_INVITATIONS: "/company/invitations/",
    NotificationTarget.EMPLOYER_CONFIRMATIONS: "/desk/confirmations/employers/7/",
    NotificationTarget.POSITION: "/company/positions/7/manage/",
    NotificationTarget.POSITION_TEXT: "/company/positions/7/",
    NotificationTarget.OWN_COMPLAINTS: "/me/reports/",
    NotificationTarget.SEARCH_RESULTS: "/search/?q=%E7%94%B5%E5%B7%A5",
    NotificationTarget.SAVED_SEARCHES: "/me/saved-searches/",
    NotificationTarget.FOLLOW_UPS: "/desk/",
    NotificationTarget.PLACEMENT: "/desk/placements/7/",
    NotificationTarget.PLACEMENT_CONFIRMATION: "/me/confirmations/7/",
    NotificationTarget.ACCOUNT: "/account/",
}


def test_every_target_has_one_link() -> None:
    assert set(LINKS) == set(PATHS) == set(NotificationTarget)


@pytest.mark.parametrize("target", NotificationTarget)
def test_target_leads_to_the_same_path_as_before(target: NotificationTarget) -> None:
    notification = Notification(target=target, target_id=7, target_query="q=%E7%94%B5%E5%B7%A5")
    path = notification_url(notification)
    assert path == PATHS[target]
    assert resolve(path.partition("?")[0])


def test_notification_without_target_has_no_link() -> None:
    assert notification_url(Notification()) == ""


def test_longest_search_link_fits_into_200_characters() -> None:
    query = "q" * TARGET_QUERY_LENGTH
    notification = Notification(target=NotificationTarget.SEARCH_RESULTS, target_query=query)
    assert len(notification_url(notification)) == 200
