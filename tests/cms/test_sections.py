"""Lists and pages of bases, policies, news and plain texts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cms.actions import add_page, sync_groups
from cms.models import (
    BaseIndexPage,
    BasePage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    PolicyIndexPage,
    PolicyPage,
)
from portal.accounts.models import User
from portal.core.models import AuditEvent, Region
from tests.factories import make_user, make_veteran

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

NEWS = {"title": "一条资讯", "summary": "摘要", "body": [("text", "<p>正文</p>")]}


def make_policy(title: str = "创业担保贷款", **fields: Any) -> PolicyPage:
    page = PolicyPage(
        **{
            "title": title,
            "slug": f"policy-{PolicyPage.objects.count()}",
            "topic": "business",
            "summary": "创办企业可以申请贷款",
            "amount": "以依据文件为准",
            "condition": "1. 持有退役证明；\n2. 在规定期限内提出申请。",
            "region": Region.objects.get(code="440705"),
            "source_title": "演示文件",
            "valid_from": date(2024, 1, 1),
            "body": [
                ("steps", [{"title": "准备材料", "text": "退役证"}]),
                ("notice", {"tone": "info", "text": "免费"}),
            ],
            **fields,
        }
    )
    return add_page(parent=PolicyIndexPage.objects.get(), page=page, by=None)


def make_base(title: str = "新会区实训基地", **fields: Any) -> BasePage:
    page = BasePage(
        **{
            "title": title,
            "slug": f"base-{BasePage.objects.count()}",
            "kind": "training",
            "level": "city",
            "region": Region.objects.get(code="440705"),
            "address": "演示路2号",
            "contact_phone": "0750-0000000",
            "mentors": "陈老师，焊接\n\n李老师，数控",
            **fields,
        }
    )
    return add_page(parent=BaseIndexPage.objects.get(), page=page, by=None)


def make_news(title: str = "专场招聘会举行", **fields: Any) -> NewsPage:
    page = NewsPage(
        **{
            "title": title,
            "slug": f"news-{NewsPage.objects.count()}",
            "summary": "摘要",
            "body": [("text", "<p>正文</p>")],
            **fields,
        }
    )
    return add_page(parent=NewsIndexPage.objects.get(), page=page, by=None)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_add_page_publishes_with_author(moderator: User) -> None:
    sync_groups(user=moderator)
    page = add_page(parent=NewsIndexPage.objects.get(), page=NewsPage(slug="one", **NEWS), by=moderator)
    assert page.live
    assert page.latest_revision.user == moderator
    assert AuditEvent.objects.filter(verb="cms.page_published", actor_id=moderator.pk).exists()


def test_add_page_needs_permission_to_publish(editor: User) -> None:
    sync_groups(user=editor)
    with pytest.raises(PermissionDenied):
        add_page(parent=NewsIndexPage.objects.get(), page=NewsPage(slug="one", **NEWS), by=editor)
    assert not NewsPage.objects.exists()


def test_policies_in_force_and_ended_policies_are_listed_apart(client: Client) -> None:
    today = timezone.localdate()
    make_policy("现行政策", valid_to=today)
    make_policy("将来政策", valid_from=today + timedelta(days=1))
    make_policy("过期政策", valid_to=today - timedelta(days=1))
    current_list, ended_list = text(client, "/policies/"), text(client, "/policies/?when=ended")
    assert ("现行政策" in current_list, "将来政策" in current_list, "过期政策" in current_list) == (
        True,
        False,
        False,
    )
    assert ("现行政策" in ended_list, "将来政策" in ended_list, "过期政策" in ended_list) == (
        False,
        False,
        True,
    )
    assert 'name="when" value="ended"' in ended_list  # the filter keeps the tab


def test_policies_are_filtered_by_topic(client: Client) -> None:
    make_policy("创业一", topic="business")
    make_policy("培训一", topic="training")
    listing = text(client, "/policies/?topic=training")
    assert ("创业一" in listing, "培训一" in listing) == (False, True)


def test_policy_page_promises_nothing(client: Client, client_for: Callable[..., Client]) -> None:
    page = make_policy()
    content = text(client, page.url)
    assert "以办理单位审核为准" in content
    assert "对照您的档案" not in content
    user = make_user()
    make_veteran(account=user, wish={"wants_business": True})
    content = text(client_for(user), page.url)
    assert "在适用地区内" in content
    assert "希望创业" in content
    assert "其他条件需由办理单位审核" in content
    for word in ("您可以享受", "您符合", "可领取"):
        assert word not in content


def test_policy_page_states_that_region_does_not_match(client_for: Callable[..., Client]) -> None:
    page = make_policy(region=Region.objects.get(code="440703"))
    user = make_user()
    make_veteran(account=user)
    assert "不在适用地区（蓬江区）内" in text(client_for(user), page.url)


def test_policy_must_not_end_before_it_starts() -> None:
    page = PolicyPage(title="一", slug="x", valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1))
    with pytest.raises(ValidationError) as exc_info:
        page.clean()
    assert exc_info.value.message_dict == {"valid_to": ["有效期不能早于施行日期。"]}
    policy = make_policy()
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyPage.objects.filter(pk=policy.pk).update(valid_to=date(2020, 1, 1))


def test_only_bases_with_valid_recognition_are_listed(client: Client) -> None:
    today = timezone.localdate()
    make_base("有效基地", valid_until=today)
    old = make_base("过期基地", valid_until=today - timedelta(days=1))
    content = text(client, "/bases/")
    assert ("有效基地" in content, "过期基地" in content) == (True, False)
    assert "认定已到期" in text(client, old.url)


def test_bases_are_filtered_by_kind_and_level(client: Client) -> None:
    make_base("实训一")
    make_base("孵化一", kind="incubator", level="province")
    assert "实训一" not in text(client, "/bases/?kind=incubator")
    assert "孵化一" in text(client, "/bases/?kind=incubator&level=province")


def test_each_line_of_mentors_is_a_list_item(client: Client) -> None:
    page = make_base()
    assert page.mentor_list == ["陈老师，焊接", "李老师，数控"]
    assert "<li>李老师，数控</li>" in text(client, page.url)


def test_news_is_listed_latest_first(client: Client) -> None:
    make_news("旧闻", day=date(2026, 1, 1))
    make_news("新闻", day=date(2026, 2, 1))
    content = text(client, "/news/")
    assert content.index("新闻") < content.index("旧闻")


@pytest.mark.parametrize(
    ("path", "make"), [("/policies/", make_policy), ("/bases/", make_base), ("/news/", make_news)]
)
def test_lists_need_a_fixed_number_of_queries(
    path: str, make: Any, same_queries: Callable[..., None]
) -> None:
    make()
    same_queries(path, lambda: [make(f"第{i}条") for i in range(5)], at_most=20)


def test_front_page_shows_new_policies_and_news(client: Client, home: HomePage) -> None:
    make_policy("首页政策")
    make_news("首页资讯")
    content = text(client, "/")
    assert "首页政策" in content
    assert "首页资讯" in content


def test_stored_body_is_visible() -> None:
    page = make_news(body=[("text", "<p>正\uffff\u200b文</p>")])
    row = NewsPage.objects.get()
    assert [block["value"] for block in row.body.raw_data] == ["<p>正文</p>"]
    assert "uffff" not in str(page.latest_revision.content["body"]).casefold()
