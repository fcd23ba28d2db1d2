"""Sign-in helper of the network tests."""

from django.test import Client

from portal.accounts.models import User
from tests.harness.browser import signed_in_client


def sign_in_client(client: Client, user: User) -> None:
    """Sign `user` in with the second factor done."""
    client.cookies = signed_in_client(user).cookies
