"""Authentication and request limits of API callers: programs by token, people by session, or anonymous."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja.errors import AuthenticationError, Throttled
from ninja.security import HttpBearer, django_auth
from ninja.throttling import BaseThrottle

from portal.accounts.models import User
from portal.api_tokens.actions import authenticate_token
from portal.api_tokens.models import ApiToken
from portal.api_tokens.request_counts import count_request, seconds_until_reset
from portal.core.client_address import client_address


class TokenAuth(HttpBearer):
    """`Authorization: Bearer vep_…`. An invalid token is refused even if the request has a session."""

    openapi_description = (
        "接口令牌：单位管理员在“单位资料 → 接口令牌”创建，只显示一次。请求头 `Authorization: Bearer vep_…`。"
    )

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        api_token = authenticate_token(token)
        if api_token is None:
            # Guesses count like any other anonymous request.
            if not count_request("anonymous", client_address(request.META)):
                raise Throttled(wait=seconds_until_reset())
            raise AuthenticationError(message="令牌无效、已过期或已吊销。")
        return api_token


class AnonymousAuth:
    """Access to open data without token or session; last in the list, absent from the security schemes."""

    def __call__(self, request: HttpRequest) -> str:
        return "anonymous"


token_auth = TokenAuth()
OPEN: list[Callable] = [token_auth, django_auth, AnonymousAuth()]
# Makes the security schemes of OPEN optional in the OpenAPI description.
NO_AUTH_REQUIRED: dict[str, Any] = {"security": [{}]}


def request_token(request: HttpRequest) -> ApiToken | None:
    """Return the token that authenticated this request, if any."""
    auth = getattr(request, "auth", None)
    return auth if isinstance(auth, ApiToken) else None


def session_user(request: HttpRequest) -> User:
    """Return the user of an operation that requires a session."""
    assert isinstance(request.user, User)
    return request.user


class CallerThrottle(BaseThrottle):
    """Requests a minute of one token, one person, or one anonymous address."""

    def allow_request(self, request: HttpRequest) -> bool:
        caller = getattr(request, "auth", None)
        if isinstance(caller, ApiToken):
            return count_request("token", str(caller.pk))
        if isinstance(caller, User):
            return count_request("person", str(caller.pk))
        return count_request("anonymous", client_address(request.META))

    def wait(self) -> float:
        return seconds_until_reset()


class AddressThrottle(BaseThrottle):
    """Requests a minute of one address with any number of tokens."""

    def allow_request(self, request: HttpRequest) -> bool:
        if isinstance(getattr(request, "auth", None), ApiToken | User):
            return count_request("address", client_address(request.META))
        return True  # counted by CallerThrottle

    def wait(self) -> float:
        return seconds_until_reset()


THROTTLES: list[BaseThrottle] = [CallerThrottle(), AddressThrottle()]
