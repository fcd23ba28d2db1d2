from django.db import models


class NotificationKind(models.TextChoices):
    """Subject of a notification; the list shows it as a badge."""

    POSITION = "position", "岗位"
    EMPLOYER = "employer", "单位核验"
    REPORT = "report", "举报处理"
    SEARCH = "search", "订阅的搜索"
    PLACEMENT = "placement", "就业跟踪"
    ACCOUNT = "account", "账号安全"


class NotificationTarget(models.TextChoices):
    """The page that a notification leads to; `portal.web.shared.notification_links` holds its URL."""

    EMPLOYER = "employer"
    EMPLOYER_DOCUMENTS = "employer_documents"
    EMPLOYER_INVITATIONS = "employer_invitations"
    EMPLOYER_CONFIRMATIONS = "employer_confirmations"
    POSITION = "position"
    POSITION_TEXT = "position_text"
    OWN_COMPLAINTS = "own_complaints"
    SEARCH_RESULTS = "search_results"
    SAVED_SEARCHES = "saved_searches"
    FOLLOW_UPS = "follow_ups"
    PLACEMENT = "placement"
    PLACEMENT_CONFIRMATION = "placement_confirmation"
    ACCOUNT = "account"
