"""Bulk insert with a progress bar."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import models
from tqdm import tqdm

from portal.accounts.models import User
from portal.core.encryption import hash_phone

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
BATCH_SIZE = 2_000


def batches(rows: Iterable[T], size: int = BATCH_SIZE) -> Iterator[list[T]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def insert(model: type[M], rows: Iterable[M], *, total: int, label: str) -> None:
    """Insert rows batch by batch; their primary keys are set."""
    with tqdm(total=total, desc=label, unit="row") as bar:
        for batch in batches(rows):
            model._default_manager.bulk_create(batch, batch_size=500)
            bar.update(len(batch))


def new_user(phone: str, name: str, password: str | None = None) -> User:
    """Return an unsaved user. `password` is a hash, because hashing takes a tenth of a second."""
    return User(
        phone=phone,
        phone_hash=hash_phone(phone),
        name=name,
        password=password if password is not None else make_password(None),
    )
