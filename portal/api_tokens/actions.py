"""Actions on API tokens: issue, revoke, authenticate."""

import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.api_tokens.enums import TokenScope
from portal.api_tokens.models import ApiToken
from portal.api_tokens.permissions import can_issue, can_revoke
from portal.core import audit
from portal.core.encryption import lookup_hash
from portal.core.locking import locked
from portal.employers.models import Employer

# A fixed prefix, so that secret scanners recognise a token in a program's text.
TOKEN_PREFIX = "vep_"  # noqa: S105
MAX_DAYS = 366
MAX_TOKENS = 10  # usable at the same time, for each employer
_LAST_USED_PRECISION = timedelta(minutes=1)


def _digest(secret: str) -> str:
    return lookup_hash(f"token:{secret}")


@transaction.atomic
def issue(
    *, by: User, name: str, scope: TokenScope, days: int, employer: Employer | None = None
) -> tuple[ApiToken, str]:
    """Create a token for an employer, or without one a token that reads public data.

    Args:
        days: period of validity.

    Returns:
        The token and its secret, which is not stored.

    Raises:
        PermissionDenied: `by` is neither an owner of the employer nor, without one, a city operator.
        ValidationError: by field; too many tokens, a name in use, or a validity out of range.
    """
    # Names and numbers of tokens are compared one request after the other.
    locked(employer) if employer is not None else locked(by)
    if not can_issue(by, employer):
        raise PermissionDenied("只有单位管理员可以创建接口令牌。")
    if not 1 <= days <= MAX_DAYS:
        raise ValidationError({"days": f"有效期为1至{MAX_DAYS}天。"})
    if employer is None and scope == TokenScope.WRITE:
        raise ValidationError({"scope": "不属于单位的令牌只能读取公开数据。"})
    name = name.strip()
    siblings = ApiToken.objects.filter(employer=employer, revoked_at=None)
    if siblings.filter(name=name).exists():
        raise ValidationError({"name": "已有同名令牌，请换一个名称，或先吊销旧的。"})
    if siblings.usable_at().count() >= MAX_TOKENS:
        raise ValidationError(f"最多同时使用 {MAX_TOKENS} 个令牌，请先吊销不用的。")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        employer=employer,
        name=name,
        scope=scope,
        prefix=secret[: len(TOKEN_PREFIX) + 6],
        digest=_digest(secret),
        created_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    token.full_clean()
    token.save()
    audit.record(by=by, verb="integrators.issued", target=token, scope=scope, days=days)
    return token, secret


@transaction.atomic
def revoke(*, token: ApiToken, by: User) -> ApiToken:
    """Revoke a token at once; a second call changes nothing."""
    token = locked(token, "employer")
    if not can_revoke(by, token):
        raise PermissionDenied("只有单位管理员和审核人员可以吊销。")
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = timezone.now(), by
        token.save(update_fields=["revoked_at", "revoked_by", "updated_at"])
        audit.record(by=by, verb="integrators.revoked", target=token)
    return token


def authenticate_token(secret: str) -> ApiToken | None:
    """Return the usable token of this secret, or None; record its use to the minute."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    rows = ApiToken.objects.usable_at().select_related("employer", "created_by")
    token = rows.filter(digest=_digest(secret)).first()
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
