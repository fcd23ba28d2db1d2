"""Sensitive fields are unreadable in the database and readable with any key in force."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection
from pytest_django import Settings

from portal.accounts.models import User
from portal.core.encryption import lookup_hash, mask_phone
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def read_column(user: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [user.pk])
        return cursor.fetchone()[0]


def test_phone_is_encrypted_in_the_database() -> None:
    user = make_user(phone="13812345678")
    assert "13812345678" not in read_column(user)
    assert User.objects.get(pk=user.pk).phone == "13812345678"


def test_older_key_decrypts_and_newest_key_encrypts(settings: Settings) -> None:
    user = make_user(phone="13812345678")
    fresh = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [fresh, *settings.FIELD_ENCRYPTION_KEYS]
    again = User.objects.get(pk=user.pk)
    assert again.phone == "13812345678"
    again.save()
    assert Fernet(fresh).decrypt(read_column(user).encode()).decode() == "13812345678"


def test_value_of_a_lost_key_raises_instead_of_returning_ciphertext(settings: Settings) -> None:
    user = make_user()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(FieldError, match="no key in force"):
        User.objects.get(pk=user.pk)


def test_filtering_on_an_encrypted_field_is_refused() -> None:
    with pytest.raises(FieldError, match="lookup hash"):
        list(User.objects.filter(phone="13812345678"))


def test_user_is_looked_up_by_the_phone_as_typed() -> None:
    user = make_user(phone="13812345678")
    assert User.objects.get_by_natural_key("138 1234 5678") == user
    assert User.objects.get_by_natural_key(lookup_hash("13812345678")) == user


def test_masking_keeps_three_and_four_digits() -> None:
    assert mask_phone("13812345678") == "138****5678"
