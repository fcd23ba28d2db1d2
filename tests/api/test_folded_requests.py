"""Every text of an API request is folded by its kind before its length and pattern are checked."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel, BeforeValidator, TypeAdapter

from portal.api.schemas import Code, HyphenatedCode, Line, Paragraphs, Words
from portal.api.urls import api


def _request_models() -> dict[str, type[BaseModel]]:
    """Every model that ninja builds of an operation's parameters or body, with the models inside."""
    models: dict[str, type[BaseModel]] = {}
    pending: list[Any] = [
        model
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        for model in operation.models
    ]
    while pending:
        model = pending.pop()
        if isinstance(model, type) and issubclass(model, BaseModel):
            if model.__qualname__ in models and models[model.__qualname__] is model:
                continue
            models[f"{model.__module__}.{model.__qualname__}.{id(model)}"] = model
            pending += [kind for field in model.model_fields.values() for kind in _kinds(field.annotation)]
    return models


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _kinds(argument)


def _unfolded(annotation: Any, metadata: tuple[Any, ...] = ()) -> bool:
    """Return whether a plain `str` stands in the annotation without a folding before it."""
    if annotation is str:
        return not any(isinstance(item, BeforeValidator) for item in metadata)
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _unfolded(inner, (*metadata, *more))
    return any(
        _unfolded(argument)
        for argument in get_args(annotation)
        if isinstance(argument, type) or get_args(argument)
    )


def test_no_text_of_a_request_is_unfolded() -> None:
    models = _request_models()
    fields = [
        (model.__qualname__, name, _unfolded(field.annotation, tuple(field.metadata)))
        for model in models.values()
        for name, field in model.model_fields.items()
    ]
    assert len(fields) > 40
    assert [(model, name) for model, name, is_unfolded in fields if is_unfolded] == []


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (Line, " 货车\u200b司机\n（夜班） ", "货车司机 （夜班）"),
        (Paragraphs, "一、装货\r\n　　二、卸货\uffff", "一、装货\n　　二、卸货"),
        (Words, "ＣＮＣ　技工\0", "CNC 技工"),
        (Code, "４４０７ 05", "440705"),
        (HyphenatedCode, "ＨＲ－2026 018\u202e", "HR-2026 018"),
    ],
)
def test_kinds_of_text_fold(kind: Any, value: str, result: str) -> None:
    assert TypeAdapter(kind).validate_python(value) == result
