"""Signing in with a phone number and a one-time code."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from portal.accounts import actions
from portal.accounts.models import User


class OneTimeCodeBackend(ModelBackend):
    """Takes `phone` and `code`; a phone that is new gets an account with its first right code."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, phone: str | None = None, code: str | None = None, **kwargs: Any
    ) -> User | None:
        if phone is None or code is None:
            return None
        user = actions.redeem_code(phone=phone, code=code)
        return user if user is not None and self.user_can_authenticate(user) else None
