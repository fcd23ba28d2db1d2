"""API tokens: two of the first employer, one of the city."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.api_tokens.actions import issue, revoke
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken
from portal.employers.models import Employer


def load_tokens(employer: Employer, operator: User) -> None:
    """Issue the tokens without keeping their texts; /company/tokens/ issues more."""
    owner = employer.memberships.select_related("user").earliest("pk").user
    now = timezone.now()
    system, _ = issue(by=owner, employer=employer, name="公司招聘系统", scope=TokenScope.WRITE, days=180)
    old, _ = issue(by=owner, employer=employer, name="旧官网", scope=TokenScope.READ, days=90)
    revoke(token=old, by=owner)
    platform, _ = issue(by=operator, name="省级公共就业平台", scope=TokenScope.READ, days=365)
    for token, ago in ((system, timedelta(minutes=12)), (platform, timedelta(hours=3))):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now - ago)
