"""Ways to deliver a one-time code. The setting CODE_SENDER names one; a real SMS gateway is another class
here.
"""

import logging
from abc import ABC, abstractmethod
from typing import ClassVar

from django.conf import settings
from django.utils.module_loading import import_string

from portal.core.encryption import mask_phone

logger = logging.getLogger(__name__)


class CodeSender(ABC):
    @abstractmethod
    def send(self, phone: str, code: str) -> None:
        """Deliver `code` to `phone` (11 digits) or raise OSError."""


class ConsoleSender(CodeSender):
    """Prints the code where the developer looks; the phone is masked, since logs are kept."""

    def send(self, phone: str, code: str) -> None:
        logger.info("one-time code for %s: %s", mask_phone(phone), code)


class MemorySender(CodeSender):
    """Keeps codes for tests: `MemorySender.outbox` is a list of (phone, code)."""

    outbox: ClassVar[list[tuple[str, str]]] = []

    def send(self, phone: str, code: str) -> None:
        self.outbox.append((phone, code))


def get_sender() -> CodeSender:
    sender: CodeSender = import_string(settings.CODE_SENDER)()
    return sender
