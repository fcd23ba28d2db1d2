"""No page, picture or document of the editors takes the name of a military unit."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from wagtail.blocks import StreamValue
from wagtail.models import Page
from wagtail.test.utils.form_data import rich_text

from cms.fields import BodyField
from cms.forms import NoUnitNamesMixin, TextForm, texts_of
from cms.models import FairIndexPage, HomePage, JobFairPage
from cms.upload_forms import DocumentForm, ImageForm
from portal.accounts.models import User
from portal.stations.models import Station
from tests.cms.test_editing import add_url, fair_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_editor(editor: User, home: HomePage, client_for: Callable[..., Client]) -> Client:
    return client_for(editor)


@pytest.mark.must("hold.7")
@pytest.mark.parametrize(
    "changes",
    [
        {"title": "七三一二一部队专场招聘会"},
        {"summary": "面向 7-3-1-2-1 部隊退役人员"},
        {"venue": "部队73121礼堂"},
        {"body": rich_text("<p>原第<b>54</b>军战友请联系。</p>")},
        {"comments": {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 9,
                      "0-text": "是73121部队的活动吗", "0-contentpath": "title", "0-id": ""}},
    ],
)  # fmt: skip
def test_page_with_a_unit_name_is_refused(
    at_editor: Client, fair_index: FairIndexPage, stations: dict[str, Station], changes: dict[str, Any]
) -> None:
    answer = at_editor.post(add_url(fair_index), fair_form(stations, **changes))
    assert answer.status_code == 200
    assert "军种、专业和服役年限" in answer.content.decode()
    assert not JobFairPage.objects.exists()


def test_every_page_form_checks_its_texts() -> None:
    kinds = [kind for kind in Page.__subclasses__() if kind.__module__.startswith("cms.")]
    assert kinds
    assert [kind for kind in kinds if not issubclass(kind.base_form_class, TextForm)] == []
    assert issubclass(ImageForm, NoUnitNamesMixin)
    assert issubclass(DocumentForm, NoUnitNamesMixin)


def test_texts_of_all_blocks_are_read() -> None:
    body = BodyField()
    raw = [
        {"type": "text", "value": "<h2>标题</h2><p>正<b>文</b></p>"},
        {"type": "notice", "value": {"tone": "info", "text": "提示"}},
        {"type": "steps", "value": [{"type": "item", "value": {"title": "做", "text": "怎么做"}}]},
    ]
    value = StreamValue(body.stream_block, raw, is_lazy=True)
    assert [text for text in texts_of(value) if text] == ["标题正文", "提示", "做", "怎么做"]
