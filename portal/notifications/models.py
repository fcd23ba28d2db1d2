"""Notifications inside the portal (站内消息): one sentence for one user, with the page that it concerns."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from portal.accounts.models import User
from portal.notifications.enums import NotificationKind, NotificationTarget

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

TARGET_QUERY_LENGTH = 191  # characters; with the path of the search a URL of at most 200


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User | AnonymousUser") -> "NotificationQuerySet":
        """Restrict to the notifications of `user` (nobody reads another's)."""
        return self.filter(user=user) if isinstance(user, User) and user.is_active else self.none()

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(models.Model):
    """One message to one user, sent once per `key`.

    `target`, with `target_id` or `target_query`, names the page that the message leads to.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications", verbose_name="收件人")
    kind = models.CharField("类别", max_length=10, choices=NotificationKind.choices)
    text = models.CharField("内容", max_length=200)
    target = models.CharField("链接", max_length=30, choices=NotificationTarget.choices, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True)
    target_query = models.CharField(max_length=TARGET_QUERY_LENGTH, blank=True)
    key = models.CharField("事由", max_length=120)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "站内消息"
        verbose_name_plural = "站内消息"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notification_once"),
            models.CheckConstraint(
                condition=Q(target="", target_id=None) | Q(target__in=NotificationTarget.values),
                name="notification_target_known",
            ),
            models.CheckConstraint(
                condition=Q(target_query="") | Q(target=NotificationTarget.SEARCH_RESULTS),
                name="notification_query_of_search_only",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="notification_unread", condition=Q(read_at=None))]

    def __str__(self) -> str:
        return self.text
