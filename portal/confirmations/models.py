"""Confirmation links, the answers of both sides, and contradictions between them."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.confirmations.enums import DATED_REPLIES, REPLIES, Question, Reply, Side
from portal.core.encryption import EncryptedTextField
from portal.core.models import AppendOnlyModel, TimestampedModel
from portal.core.validators import validate_no_unit_name
from portal.employers.models import Employer, HiddenRecord
from portal.placements.models import Placement

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MAX_TRIES = 5


class LinkQuerySet(models.QuerySet["ConfirmationLink"]):
    def usable(self, now: datetime | None = None) -> "LinkQuerySet":
        """Filter to links that are not used, revoked, expired or locked after failed proofs."""
        return self.filter(
            used_at=None, revoked_at=None, tries__lt=MAX_TRIES, expires_at__gt=now or timezone.now()
        )

    def visible_to(self, user: "User | AnonymousUser") -> "LinkQuerySet":
        """Visible to staff who follow up one of the link's placements."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        followed = Placement.objects.followed_by(user)
        through = ConfirmationLink.placements.through.objects
        return self.filter(
            pk__in=through.filter(placement__in=followed.order_by().values("pk")).values("confirmationlink")
        )


class ConfirmationLink(TimestampedModel):
    """Single-use link by which one side answers one question about some placements.

    Its secret is returned when it is created; only a keyed hash of it is stored.
    """

    side = models.CharField("谁来回答", max_length=10, choices=Side.choices)
    question = models.CharField("问题", max_length=10, choices=Question.choices)
    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmation_links",
        verbose_name="单位",
    )
    placements = models.ManyToManyField(
        Placement, related_name="confirmation_links", verbose_name="问到的意向"
    )
    digest = models.CharField("检索值", max_length=64, unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发出人")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("回答时间", null=True, blank=True)
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )
    # Failed proofs of identity; MAX_TRIES of them lock the link.
    tries = models.PositiveSmallIntegerField("核对不符次数", default=0)
    codes_sent = models.PositiveSmallIntegerField("已发验证码", default=0)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = "确认链接"
        verbose_name_plural = "确认链接"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(side=Side.EMPLOYER, employer__isnull=False)
                | Q(side=Side.VETERAN, employer__isnull=True),
                name="confirmation_link_of_a_side",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="confirmation_link_revoked_by_somebody",
            ),
            models.CheckConstraint(condition=Q(tries__lte=MAX_TRIES), name="confirmation_link_tries_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}确认链接 {self.pk}"

    @property
    def state(self) -> tuple[str, str]:
        """State and label for a badge, at this moment."""
        if self.used_at is not None:
            return "done", "已回答"
        if self.revoked_at is not None:
            return "withdrawn", "已撤回"
        if self.tries >= MAX_TRIES:
            return "failed", "核对不符，已锁定"
        if self.expires_at <= timezone.now():
            return "expired", "已过期"
        return "waiting", "待回答"

    @property
    def is_usable(self) -> bool:
        return self.state[0] == "waiting"


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: "User | AnonymousUser") -> "AnswerQuerySet":
        """Visible to staff who follow up the placement and to the person: both sides' answers.

        Members of the employer see those of their own side, unless the person hides from it.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        placements = Placement.objects.followed_by(user).order_by().values("pk")
        hidden_records = HiddenRecord.objects.for_employer(models.OuterRef("placement__position__employer"))
        is_shown = ~Q(models.Exists(hidden_records.filter(veteran=models.OuterRef("placement__veteran"))))
        own = Employer.objects.with_member(user)
        employers = Q(side=Side.EMPLOYER, placement__position__employer__in=own)
        return self.filter(
            Q(placement__veteran__account=user) | (employers & is_shown) | Q(placement__in=placements)
        )


class Answer(AppendOnlyModel):
    """Answer of one side about one placement. A later answer does not replace it."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="answers", verbose_name="意向")
    side = models.CharField("回答方", max_length=10, choices=Side.choices)
    question = models.CharField("问题", max_length=10, choices=Question.choices)
    reply = models.CharField("回答", max_length=12, choices=Reply.choices)
    day = models.DateField("发生日期", null=True, blank=True)
    # Encrypted, and emptied when the record is anonymised.
    reason = EncryptedTextField("离职原因", blank=True, validators=[validate_no_unit_name])
    words = EncryptedTextField("想说的话", blank=True, validators=[validate_no_unit_name])
    wants_another = models.BooleanField("还想再找工作", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField("满意程度（1至5）", null=True, blank=True)
    link = models.ForeignKey(
        ConfirmationLink,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name="通过的链接",
    )
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回答人"
    )
    at = models.DateTimeField("回答时间", default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "双方的回答"
        verbose_name_plural = "双方的回答"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["placement", "question", "side", "-id"], name="answer_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(link__isnull=False) | Q(by__isnull=False), name="answer_from_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(reply__in=sorted(DATED_REPLIES)) | Q(day__isnull=False),
                name="answer_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="answer_satisfaction_of_five",
            ),
            models.CheckConstraint(
                condition=Q(side=Side.VETERAN) | Q(satisfaction=None, wants_another=None),
                name="answer_of_the_person_alone",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    *(
                        Q(question=question, reply__in=sorted(replies))
                        for question, replies in REPLIES.items()
                    ),
                    _connector=models.Q.OR,
                ),
                name="answer_fits_its_question",
            ),
            models.UniqueConstraint(
                fields=["link", "placement"], condition=Q(link__isnull=False), name="answer_once_by_a_link"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}答：{self.text}"

    @property
    def text(self) -> str:
        """'已离职（2026-11-20）'."""
        return f"{self.get_reply_display()}（{self.day:%Y-%m-%d}）" if self.day else self.get_reply_display()

    @property
    def answered_on(self) -> date:
        return timezone.localdate(self.at)


class Contradiction(AppendOnlyModel):
    """Pair of answers that exclude each other; recorded once, with the follow-up that checks it."""

    placement = models.ForeignKey(
        Placement, models.PROTECT, related_name="contradictions", verbose_name="意向"
    )
    veteran_answer = models.ForeignKey(Answer, models.PROTECT, related_name="+", verbose_name="本人的回答")
    employer_answer = models.ForeignKey(Answer, models.PROTECT, related_name="+", verbose_name="单位的回答")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "两边说法不一致"
        verbose_name_plural = "两边说法不一致"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["veteran_answer", "employer_answer"], name="contradiction_noted_once"
            )
        ]
