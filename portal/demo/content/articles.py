"""Bases, policies and news of the demo, from data/articles.toml."""

from datetime import date
from typing import Any

from portal.demo.content.toml_files import read_toml


def bases() -> list[dict[str, Any]]:
    """Return fields of BasePage; `county` is a region code and `story` the paragraphs of its body."""
    return [
        {
            **row,
            "slug": f"base-{number}",
            "conditions": "退役军人及其创办企业优先，须提供退役证件和项目或报名材料，由基地审核。",
            "contact_phone": f"0750-38{number:05d}",
            "story": [*row["story"], "可先电话预约参观，工作日有专人接待；入驻或报名后由所属服务站跟进。"],
        }
        for number, row in enumerate(read_toml("articles.toml")["bases"], start=1)
    ]


def policies(today: date) -> list[dict[str, Any]]:
    """Return fields of PolicyPage; `story` holds the paragraphs of its body."""
    return [
        {
            **row,
            "slug": f"policy-{number}",
            "source_title": "以主管部门现行有效文件为准（演示数据，上线前须核对）",
            "office": "所属退役军人服务中心咨询，主管部门办理",
            "valid_from": date(today.year - 2, 1, 1),
            "valid_to": date(today.year + 1, 12, 31),
            "story": [*row["story"], "是否符合条件由办理单位审核，本页只作说明。"],
        }
        for number, row in enumerate(read_toml("articles.toml")["policies"], start=1)
    ]


def news() -> list[dict[str, Any]]:
    """Return fields of NewsPage, the latest first; `story` holds the paragraphs of its body."""
    return [
        {**row, "slug": f"news-{number}", "source": "市退役军人服务中心"}
        for number, row in enumerate(read_toml("articles.toml")["news"], start=1)
    ]
