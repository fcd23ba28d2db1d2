"""Who asks: a program by its token, a person by the portal's session, or (for open data) anybody. And how
often each may.
"""

from collections.abc import Callable

from django.http import HttpRequest
from ninja.errors import AuthenticationError, Throttled
from ninja.security import HttpBearer, django_auth
from ninja.throttling import BaseThrottle

from portal.accounts.models import User
from portal.api_tokens.actions import authenticate_token
from portal.api_tokens.models import ApiToken
from portal.api_tokens.request_counts import count_request, seconds_until_reset

_ident = BaseThrottle().get_ident


class TokenAuth(HttpBearer):
    """`Authorization: Bearer vep_…`. A token that is no good is refused, whatever else the request brings."""

    openapi_description = (
        "接口令牌：单位管理员在“单位资料 → 接口令牌”创建，只显示一次。请求头 `Authorization: Bearer vep_…`。"
    )

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = authenticate_token(token)
        if found is None:
            # Guessing is counted like any other asking of an unknown address.
            if not count_request("anonymous", address(request)):
                raise Throttled(wait=seconds_until_reset())
            raise AuthenticationError(message="令牌无效、已过期或已吊销。")
        return found


class Anybody:
    """Open data: whoever brings neither token nor session. Last in the list, and never in the description's
    schemes.
    """

    def __call__(self, request: HttpRequest) -> str:
        return "anybody"


token_auth = TokenAuth()
OPEN: list[Callable] = [token_auth, django_auth, Anybody()]
# What the description says of OPEN besides its two schemes: neither is needed.
NEEDS_NOTHING = {"security": [{}]}


def address(request: HttpRequest) -> str:
    """Where the request comes from; behind `settings.NINJA_NUM_PROXIES` proxies, what they say."""
    return _ident(request) or "nowhere"


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token that this request was let in by."""
    found = getattr(request, "auth", None)
    return found if isinstance(found, ApiToken) else None


class PerCaller(BaseThrottle):
    """So many requests a minute of one token, one person, or one unknown address."""

    def allow_request(self, request: HttpRequest) -> bool:
        caller = getattr(request, "auth", None)
        if isinstance(caller, ApiToken):
            return count_request("token", str(caller.pk))
        if isinstance(caller, User):
            return count_request("person", str(caller.pk))
        return count_request("anonymous", address(request))

    def wait(self) -> float:
        return seconds_until_reset()


class PerAddress(BaseThrottle):
    """So many requests a minute of one address, with however many tokens."""

    def allow_request(self, request: HttpRequest) -> bool:
        if isinstance(getattr(request, "auth", None), ApiToken | User):
            return count_request("address", address(request))
        return True  # an unknown address was counted already

    def wait(self) -> float:
        return seconds_until_reset()


THROTTLES: list[BaseThrottle] = [PerCaller(), PerAddress()]
