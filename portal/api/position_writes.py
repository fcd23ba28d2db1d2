"""Writes of positions by an employer's own system; each is reviewed like one from the form."""

from copy import copy
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DomainError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Path, Schema
from ninja.responses import Status
from pydantic import ConfigDict, create_model
from pydantic.fields import FieldInfo

from portal.api.authentication import request_token, token_auth
from portal.api.error_responses import ErrorResponse, FieldProblem, field_messages, invalid_fields
from portal.api.positions import PositionDetail, router
from portal.api.schemas import Code, HyphenatedCode, Line, Paragraphs
from portal.api_tokens.models import ApiToken
from portal.core.certificates import CertificateKind
from portal.core.enums import Education, Shift
from portal.core.field_rules import Number, Text, Words
from portal.core.models import Occupation, Region
from portal.core.state_machine import TransitionRefused
from portal.core.text_folding import display_line, fold_code
from portal.employers.models import Employer
from portal.positions import integrator_writes, occupation_lookup
from portal.positions.duplicates import DuplicatePosition
from portal.positions.enums import PositionKind
from portal.positions.field_rules import POSITION_RULES, REGION_NOT_SERVED
from portal.positions.integrator_writes import Outcome
from portal.positions.models import Position, PositionQuerySet

__all__ = ["router"]

MAX_BATCH_SIZE = 100
MAX_OCCUPATION_TEXT = 60
EXTERNAL_ID_REGEX = r"^[A-Za-z0-9\u4e00-\u9fff_./#-]{1,64}$"


def _rule_field(name: str, default: Any = ..., **options: Any) -> Any:
    """Return the schema field of a position's field; the limits that it documents are checked by the rule."""
    rule = POSITION_RULES[name]
    limits: dict[str, Any] = {}
    if isinstance(rule, Text):
        limits = {"minLength": int(rule.is_required), "maxLength": rule.max_length}
    elif isinstance(rule, Number):
        limits = {"minimum": rule.low, "maximum": rule.high}
    elif isinstance(rule, Words):
        limits = {"maxItems": rule.max_items}
    return Field(default, json_schema_extra=limits, **options)


ExternalPath = Annotated[
    HyphenatedCode,
    Path(pattern=EXTERNAL_ID_REGEX, description="本单位系统里的岗位编号", examples=["HR-2026-018"]),
]


class _StrictSchema(Schema):
    """Base of request bodies: no type conversion, unknown fields are errors."""

    model_config = ConfigDict(strict=True, extra="forbid")


class PositionFields(_StrictSchema):
    title: Line = _rule_field("title", examples=["货车司机"])
    occupation: Line = Field(
        "",
        description="职业分类大典的代码，或官方、通行名称；不填时按岗位名称自动归类",
        examples=["4-02-02-02"],
    )
    headcount: int = _rule_field("headcount", examples=[3])
    pay_from: int = _rule_field("pay_from", description="月薪下限（元），必须写明", examples=[6000])
    pay_to: int | None = _rule_field(
        "pay_to", None, description="月薪上限（元）；不填则与下限相同", examples=[8000]
    )
    region: Code = Field(description="工作地区的区划代码，到县或镇", examples=["440705"])
    duties: Paragraphs = _rule_field("duties", description="岗位职责")
    requirements: Paragraphs = _rule_field("requirements", "", description="任职要求")
    address: Line = _rule_field("address", "")
    kind: Line = Field(PositionKind.FULL_TIME.value, json_schema_extra={"enum": [*PositionKind.values]})
    shift: Line = Field(Shift.DAY.value, json_schema_extra={"enum": [*Shift.values]})
    education_min: int = Field(
        Education.JUNIOR.value,
        description="最低学历：0 不限 1 高中/中专 2 大专 3 本科 4 研究生",
        json_schema_extra={"enum": [*Education.values]},
    )
    experience_years: int = _rule_field("experience_years", 0)
    certificates: list[Annotated[Line, Field(json_schema_extra={"enum": CertificateKind.values})]] = (
        _rule_field("certificates", [])
    )
    benefits: list[Line] = _rule_field("benefits", [])
    relaxable: Line = _rule_field("relaxable", "", description="可放宽项")
    real_employer: Line = _rule_field(
        "real_employer", "", description="实际用人单位；人力资源服务机构代招时必填"
    )
    legal_basis: Paragraphs = _rule_field(
        "legal_basis", "", description="确有法定依据才能写的限制，在此写明依据"
    )
    travels: bool = False
    veterans_preferred: bool = True
    veterans_only: bool = False
    closes_on: HyphenatedCode | None = Field(
        None,
        description="招聘截止日期；不填则审核通过后公开60天",
        examples=["2026-12-31"],
        json_schema_extra={"format": "date"},
    )
    distinct: bool = Field(
        False, description="确非重复：和本单位在招的岗位名称、地区、月薪、职业都相同，但不是同一个"
    )


class PositionIn(PositionFields):
    external_id: HyphenatedCode | None = _rule_field("external_id", None, examples=["HR-2026-018"])


class NumberedPosition(PositionFields):
    external_id: HyphenatedCode = _rule_field(
        "external_id", description="本单位系统里的岗位编号，本单位内不重复", examples=["HR-2026-018"]
    )


def _remove_defaults(schema: dict[str, Any]) -> None:
    for field_schema in schema["properties"].values():
        field_schema.pop("default", None)


def _make_optional(field: FieldInfo) -> tuple[Any, FieldInfo]:
    optional_field = copy(field)
    optional_field.default = None
    return field.annotation, optional_field


class _PartialSchema(_StrictSchema):
    """Base of partial updates: absent fields stay unchanged."""

    model_config = ConfigDict(json_schema_extra=_remove_defaults)


if TYPE_CHECKING:
    PositionChange = _PartialSchema
else:
    PositionChange = create_model(
        "PositionChange",
        __base__=_PartialSchema,
        **{name: _make_optional(field) for name, field in PositionFields.model_fields.items()},
    )


class Step(_StrictSchema):
    step: Literal["submit", "pause", "resume", "renew", "withdraw"] = Field(
        description="submit 提交审核；pause 暂停，从此刻起不再显示；resume 恢复显示；renew 续期；"
        "withdraw 撤回，不能恢复"
    )


class OwnPosition(PositionDetail):
    refused_reason: str = Field(description="审核未通过的原因")


class Batch(_StrictSchema):
    items: list[NumberedPosition] = Field(min_length=1, max_length=MAX_BATCH_SIZE)


class BatchItem(Schema):
    external_id: str
    outcome: Literal["created", "changed", "unchanged", "refused"]
    id: int | None = Field(description="岗位编号；未收下时为空")
    errors: list[FieldProblem] = Field([], description="未收下的原因")


class BatchAnswer(Schema):
    items: list[BatchItem] = Field(description="与发来的顺序相同")


def _require_write_token(request: HttpRequest) -> ApiToken:
    """Return the token of the request if it may write.

    Raises:
        PermissionDenied: a read-only token, or one without an employer.
    """
    token = request_token(request)
    assert token is not None
    if not token.can_write or token.employer is None:
        raise PermissionDenied("这个令牌只能读取，请创建有“读写”权限的令牌。")
    return token


def _employer_of(token: ApiToken) -> Employer:
    assert token.employer is not None
    return token.employer


def _own_positions(token: ApiToken) -> PositionQuerySet:
    return Position.objects.managed_by(token.created_by).filter(employer=token.employer).with_details()


def _get_own(token: ApiToken, external_id: str) -> Position:
    return get_object_or_404(_own_positions(token), external_id=external_id)


def _to_field_values(body: _StrictSchema) -> dict[str, Any]:
    """Return the body as field values for the actions.

    Raises:
        ErrorResponse: an unknown region or occupation.
    """
    values = body.dict(exclude_unset=isinstance(body, _PartialSchema))
    values.pop("external_id", None)
    if isinstance(body, PositionFields) and values["closes_on"] is None:
        del values["closes_on"]  # integrators from before this field do not take the day away
    errors = []
    if "region" in values:
        values["region"] = Region.objects.filter(pk=fold_code(values["region"])).first()
        if values["region"] is None:
            errors.append(("region", REGION_NOT_SERVED))
    if "occupation" in values:
        text = display_line(values["occupation"])[:MAX_OCCUPATION_TEXT]
        values["occupation"] = _find_occupation(text)
        if text and values["occupation"] is None:
            errors.append(("occupation", occupation_lookup.describe_unknown(text)))
        elif not text:
            del values["occupation"]
    if errors:
        raise invalid_fields(errors)
    return values


def _find_occupation(text: str) -> Occupation | None:
    by_code = Occupation.objects.filter(level=4, pk=text).first()
    return by_code or occupation_lookup.find_occupation(text)


def _url(position: Position) -> str:
    return reverse("api:position", args=[position.pk])


def _ended_response(position: Position) -> ErrorResponse:
    message = f"该岗位{position.get_state_display()}，不能这样操作。"
    return ErrorResponse(409, message, existing=_url(position))


def _duplicate_response(error: DuplicatePosition) -> ErrorResponse:
    message = "本单位已有名称、地区、月薪和职业都相同的岗位。确非重复时请带 distinct: true 再发。"
    return ErrorResponse(409, message, existing=_url(error.similar[0]))


def _actor(token: ApiToken) -> dict[str, Any]:
    return {"by": token.created_by, "token": token.pk}


def _put_position(token: ApiToken, external_id: str, body: PositionFields) -> tuple[Position, Outcome]:
    try:
        return integrator_writes.create_or_change(
            employer=_employer_of(token), external_id=external_id, **_actor(token), **_to_field_values(body)
        )
    except integrator_writes.PositionEnded as ended:
        raise _ended_response(ended.position) from ended
    except DuplicatePosition as error:
        raise _duplicate_response(error) from error


@router.post("", response={201: OwnPosition}, summary="发布一个岗位", auth=token_auth)
def send_position(request: HttpRequest, position: PositionIn, response: HttpResponse) -> Position:
    """写好并提交审核，通过后才公开。

    `external_id` 用过的，或和在招岗位很像而没有写明 `distinct` 的，答 409，什么也不改，
    `existing` 和 `Location` 是已有岗位的地址。
    """
    token = _require_write_token(request)
    external_id = display_line(position.external_id or "")
    if external_id:
        existing = _own_positions(token).filter(external_id=external_id).first()
        if existing is not None:
            raise ErrorResponse(409, "本单位已有这个编号的岗位。", existing=_url(existing))
    try:
        new_position = integrator_writes.create(
            employer=_employer_of(token),
            external_id=external_id,
            **_actor(token),
            **_to_field_values(position),
        )
    except DuplicatePosition as error:
        raise _duplicate_response(error) from error
    response["Location"] = _url(new_position)
    return new_position


@router.post("/batch", response=BatchAnswer, summary="一次发布或更新最多 100 个岗位", auth=token_auth)
def send_batch(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """每一项按编号发布或更新，互不影响：一项未收下，其他照常。重发整批不会重复。"""
    token = _require_write_token(request)
    return {"items": [_put_batch_item(token, item) for item in batch.items]}


def _put_batch_item(token: ApiToken, item: NumberedPosition) -> dict[str, Any]:
    result: dict[str, Any] = {"external_id": item.external_id, "outcome": "refused", "id": None, "errors": []}
    try:
        position, outcome = _put_position(token, item.external_id, item)
    except ErrorResponse as error:
        result["errors"] = error.body().get("errors") or [{"field": "", "message": error.detail}]
    except DomainError as error:
        result["errors"] = [{"field": field, "message": message} for field, message in field_messages(error)]
    else:
        result |= {"outcome": outcome, "id": position.pk}
    return result


@router.get(
    "/external/{path:external_id}", response=OwnPosition, summary="按本单位编号查岗位", auth=token_auth
)
def own_position(request: HttpRequest, external_id: ExternalPath) -> Position:
    """本单位的岗位，任何状态；审核未通过的带原因。只读令牌也可以查。"""
    token = request_token(request)
    assert token is not None
    return _get_own(token, external_id)


@router.put(
    "/external/{path:external_id}",
    response={200: OwnPosition, 201: OwnPosition},
    summary="按本单位编号发布或更新岗位",
    auth=token_auth,
)
def put_position(
    request: HttpRequest, external_id: ExternalPath, position: PositionFields, response: HttpResponse
) -> Status:
    """没有就发布（201），有就改成这样（200）。内容相同时什么也不变，在招的继续在招；有改动的重新审核。"""
    saved_position, outcome = _put_position(_require_write_token(request), external_id, position)
    if outcome != Outcome.CREATED:
        return Status(200, saved_position)
    response["Location"] = _url(saved_position)
    return Status(201, saved_position)


@router.patch(
    "/external/{path:external_id}", response=OwnPosition, summary="修改岗位的几个字段", auth=token_auth
)
def change_position(request: HttpRequest, external_id: ExternalPath, change: PositionChange) -> Position:
    """只改发来的字段；有改动的重新审核。"""
    token = _require_write_token(request)
    position = _get_own(token, external_id)
    try:
        return integrator_writes.change(position=position, **_actor(token), **_to_field_values(change))[0]
    except integrator_writes.PositionEnded as ended:
        raise _ended_response(ended.position) from ended
    except DuplicatePosition as error:
        raise _duplicate_response(error) from error


@router.post(
    "/external/{path:external_id}", response=OwnPosition, summary="暂停、撤回或重新提交岗位", auth=token_auth
)
def step_position(request: HttpRequest, external_id: ExternalPath, step: Step) -> Position:
    """立即生效；重复同一步不会出错。现在的状态没有这一步时答 409。"""
    token = _require_write_token(request)
    position = _get_own(token, external_id)
    try:
        return integrator_writes.take_step(position=position, name=step.step, **_actor(token))
    except TransitionRefused as error:
        raise _ended_response(position) from error
    except DuplicatePosition as error:
        raise _duplicate_response(error) from error
