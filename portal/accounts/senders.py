"""Senders of text messages: one-time codes and confirmation links.

The setting CODE_SENDER names the class; a real SMS gateway is another subclass of CodeSender.
"""

import logging
from abc import ABC, abstractmethod
from typing import ClassVar

from django.conf import settings
from django.utils.module_loading import import_string

from portal.core.encryption import mask_phone

logger = logging.getLogger(__name__)


class CodeSender(ABC):
    """Interface of a sender."""

    @abstractmethod
    def send(self, phone: str, code: str) -> None:
        """Deliver `code` to `phone` (11 digits) or raise OSError."""

    @abstractmethod
    def send_link(self, phone: str, text: str) -> None:
        """Deliver `text`, one sentence and an address of the portal, to `phone` or raise OSError."""


class ConsoleSender(CodeSender):
    """Writes the message to the log; the phone is masked, since logs are kept."""

    def send(self, phone: str, code: str) -> None:
        logger.info("one-time code for %s: %s", mask_phone(phone), code)

    def send_link(self, phone: str, text: str) -> None:
        logger.info("message for %s: %s", mask_phone(phone), text)


class MemorySender(CodeSender):
    """Keeps messages for tests: `outbox` holds (phone, code), `links` (phone, text)."""

    outbox: ClassVar[list[tuple[str, str]]] = []
    links: ClassVar[list[tuple[str, str]]] = []

    def send(self, phone: str, code: str) -> None:
        self.outbox.append((phone, code))

    def send_link(self, phone: str, text: str) -> None:
        self.links.append((phone, text))


def get_sender() -> CodeSender:
    """Return an instance of the sender that the settings name."""
    sender: CodeSender = import_string(settings.CODE_SENDER)()
    return sender
