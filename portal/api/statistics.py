"""Open statistics: each figure with its definition and the time of counting."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from portal.api.authentication import NO_AUTH_REQUIRED, OPEN
from portal.reports.open_statistics import SUPPRESSION_NOTE, count_open_statistics

router = Router(tags=["statistics"])


class FigureRow(Schema):
    key: str = Field(examples=["positions"])
    label: str = Field(examples=["在招岗位"])
    unit: str = Field(examples=["个"])
    definition: str = Field(description="口径")
    value: int | None = Field(description="小于 5 的个人数字不公布，为空")


class CellRow(Schema):
    code: str
    name: str
    positions: int = Field(description="在招岗位数")
    headcount: int = Field(description="招聘人数")


class Statistics(Schema):
    as_of: datetime = Field(description="统计时刻，每次请求重新计数")
    suppression: str = Field(description="哪些数字不公布")
    figures: list[FigureRow]
    counties: list[CellRow] = Field(description="按县（市、区）")
    occupations: list[CellRow] = Field(description="按职业中类")


@router.get("", response=Statistics, summary="公开统计", auth=OPEN, openapi_extra=NO_AUTH_REQUIRED)
def statistics(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001  (ninja passes the request)
    """平台的公开数字，从记录逐条计数，没有手工填报。"""
    return {**asdict(count_open_statistics()), "suppression": SUPPRESSION_NOTE}
