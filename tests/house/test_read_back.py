"""A test that commits begins with what migrations made, whatever the process remembers."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections
from wagtail.models import Page

from portal.accounts.models import User
from tests.factories import make_user
from tests.harness.database import SERIALIZED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("turn", [1, 2])
def test_content_types_are_there_when_they_were_forgotten(turn: int) -> None:
    assert Page.objects.filter(depth=1).count() == 1
    assert ContentType.objects.filter(app_label="wagtailcore", model="page").count() == 1
    ContentType.objects.clear_cache()  # the next one reads back without a memory


def test_what_was_written_late_goes_first() -> None:
    creation = connections[DEFAULT_DB_ALIAS].creation
    late = make_user("迟到的请求")
    creation.deserialize_db_from_string(getattr(creation.connection, SERIALIZED))
    assert not User.objects.filter(pk=late.pk).exists()
    assert Page.objects.filter(depth=1).count() == 1
