"""Users, appointments at stations, one-time codes, consents, the access log and feed tokens."""

from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django_otp.models import Device, DeviceManager

from portal.accounts.enums import AccessKind, ConsentPurpose, FactorKind
from portal.accounts.roles import Permission, StationRole, permissions_of, roles_with
from portal.core.encryption import EncryptedTextField, hash_phone, mask_phone
from portal.core.models import AppendOnlyModel, TimestampedModel
from portal.core.text_folding import display_line
from portal.core.validators import normalise_phone, validate_phone
from portal.stations.models import Station

# The verification page shows the code of a second-factor device of this name, in a demo only.
DEMO_DEVICE = "演示"
# Stored as the phone hash of the portal's own account; no real hash has this form.
_PORTAL = "portal"
# Django's own salt, so that sessions from before the epoch stay valid.
_SESSION_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of a phone number as typed, or of its stored hash (the value of USERNAME_FIELD)."""
        text = display_line(username or "")
        return self.get(Q(phone_hash=hash_phone(text)) | Q(phone_hash=text))

    def create_user(self, phone: str, *, name: str, password: str | None = None, **fields: Any) -> "User":
        phone = normalise_phone(phone)
        validate_phone(phone)
        user = self.model(phone=phone, phone_hash=hash_phone(phone), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, phone: str, *, name: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(phone, name=name, password=password, is_superuser=True, **fields)

    def portal(self) -> "User":
        """Return the actor of automatic steps, for rows that need a user; it cannot sign in."""
        values = {"phone": "", "name": "平台自动记录", "is_active": False, "password": make_password(None)}
        return self.get_or_create(phone_hash=_PORTAL, defaults=values)[0]


class User(AbstractBaseUser, PermissionsMixin, TimestampedModel):
    """An account, signed in to by phone number.

    Permissions follow from appointments, memberships and the veteran's record, not from a kind of user.
    """

    phone = EncryptedTextField("手机号码")
    phone_hash = models.CharField("手机号码检索值", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=40)
    is_active = models.BooleanField("启用", default=True)
    # Every session ends when the number rises ('sign out everywhere').
    session_epoch = models.PositiveIntegerField("会话轮次", default=0)

    USERNAME_FIELD = "phone_hash"
    REQUIRED_FIELDS = ["name", "phone"]

    objects = UserManager()

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name if self.is_portal else f"{self.name}（{mask_phone(self.phone)}）"

    @property
    def is_portal(self) -> bool:
        """True for the portal's own account (`UserManager.portal`)."""
        return self.phone_hash == _PORTAL

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must carry; it changes with the password and with the epoch."""
        text = self.password if not self.session_epoch else f"{self.password}:{self.session_epoch}"
        return salted_hmac(_SESSION_SALT, text, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name

    # Wagtail's admin reads a first name and an e-mail address of every user; the portal sends no e-mail.
    email = ""

    @property
    def first_name(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.phone_hash,)

    @cached_property
    def current_appointments(self) -> list["Appointment"]:
        """Today's appointments with their stations, read once per user object."""
        return list(self.appointments.current().select_related("station"))

    @property
    def is_station_staff(self) -> bool:
        return bool(self.current_appointments)

    @property
    def station_permissions(self) -> frozenset[Permission]:
        """Permissions that today's appointments grant, at whichever station."""
        return frozenset[Permission]().union(
            *(appointment.permissions for appointment in self.current_appointments)
        )

    def has_station_permission(self, permission: Permission) -> bool:
        """Return whether an appointment of today grants `permission`, at whichever station."""
        return bool(self.appointments_with(permission))

    def appointments_with(self, permission: Permission) -> list["Appointment"]:
        """Return today's appointments that grant `permission`."""
        return [row for row in self.current_appointments if permission in row.permissions]

    def station_paths(self, permission: Permission) -> list[str]:
        """Return tree paths of the stations in whose subtrees the user has `permission` today."""
        return [row.station.path for row in self.appointments_with(permission)]

    def has_permission_at(self, permission: Permission, station: Station) -> bool:
        """Return whether the user has `permission` at `station` today, by serving it or a station above."""
        return any(station.path.startswith(path) for path in self.station_paths(permission))


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, day: date | None = None) -> "AppointmentQuerySet":
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gte=day))

    def with_permission(self, permission: Permission) -> "AppointmentQuerySet":
        """Keep appointments that grant `permission`."""
        anywhere = roles_with(permission)
        condition = Q(role__in=sorted(anywhere))
        if at_city := roles_with(permission, at_city=True) - anywhere:
            condition |= Q(role__in=sorted(at_city), station__depth=1)
        return self.filter(condition)


class Appointment(TimestampedModel):
    """A role at a station with its dates; the access that it grants ends with it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name="用户")
    station = models.ForeignKey(Station, models.PROTECT, related_name="appointments", verbose_name="服务站")
    role = models.CharField("角色", max_length=10, choices=StationRole.choices)
    starts_on = models.DateField("开始日期", default=timezone.localdate)
    ends_on = models.DateField("结束日期", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "服务站任职"
        verbose_name_plural = "服务站任职"
        constraints = [
            models.UniqueConstraint(fields=["user", "station", "role", "starts_on"], name="appointment_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="appointment_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.station.name} {self.get_role_display()}"

    @property
    def permissions(self) -> frozenset[Permission]:
        """Permissions granted in the subtree of the station, which must be loaded."""
        return permissions_of(self.role, at_city=self.station.is_root())


class OneTimeCode(models.Model):
    """A code sent to a phone, kept as a hash. It works once, within minutes, in the browser that asked."""

    phone_hash = models.CharField("手机号码检索值", max_length=64, db_index=True)
    code_hash = models.CharField("验证码检索值", max_length=64)
    # Key of the phone in the browser that asked (`guess_limits.Caller.own`).
    browser = models.CharField("浏览器", max_length=64, db_index=True, default="")
    digits = models.PositiveSmallIntegerField("位数", default=6)
    sent_at = models.DateTimeField("发送时间", auto_now_add=True)
    expires_at = models.DateTimeField("失效时间")
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "登录验证码"
        verbose_name_plural = "登录验证码"


class GuessCount(models.Model):
    """Wrong tries and unproved codes of one day, by phone, browser, address, network or in total."""

    key = models.CharField("检索值", max_length=64)  # a keyed hash: neither phone nor address
    day = models.DateField("日期", db_index=True)
    wrong = models.PositiveIntegerField("输错次数", default=0)
    sends = models.PositiveIntegerField("未用的验证码", default=0)

    class Meta:
        verbose_name = "登录尝试次数"
        verbose_name_plural = "登录尝试次数"
        constraints = [models.UniqueConstraint(fields=["key", "day"], name="guess_count_unique")]


class KnownBrowser(models.Model):
    """A browser that has signed in as a user; its signed cookie names it, the row holds a keyed hash."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_browsers", verbose_name="用户")
    digest = models.CharField("检索值", max_length=64)
    label = models.CharField("设备", max_length=60, blank=True)
    first_used_at = models.DateTimeField("首次登录", default=timezone.now)
    last_used_at = models.DateTimeField("最近登录", default=timezone.now)

    class Meta:
        verbose_name = "登录过的设备"
        verbose_name_plural = "登录过的设备"
        ordering = ["-last_used_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_browser_once")]


class FactorPermission(models.Model):
    """An operator's permission to set up one second factor, once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="factor_permissions", verbose_name="用户")
    kind = models.CharField("方式", max_length=10, choices=FactorKind.choices)
    operator = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="准许人"
    )  # None: at the command line
    created_at = models.DateTimeField("准许时间", default=timezone.now)
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "二次验证设置许可"
        verbose_name_plural = "二次验证设置许可"


class SmsDeviceManager(DeviceManager, models.Manager["SmsDevice"]):
    """The manager of django_otp, with the type of its rows."""


class SmsDevice(Device, models.Model):  # Model again for mypy: django_otp has no types
    """Second factor of a clerk without an app: a code sent to the account's phone, after the password.

    `one_time_codes.check_code`, which knows the browser, checks the code; the row says that it may be used.
    """

    objects = SmsDeviceManager()

    class Meta:
        verbose_name = "短信二次验证"
        verbose_name_plural = "短信二次验证"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """Consent of a person to one purpose, with the text shown. The row is kept after withdrawal."""

    user = models.ForeignKey(User, models.PROTECT, related_name="consents", verbose_name="用户")
    purpose = models.CharField("目的", max_length=20, choices=ConsentPurpose.choices)
    # Employer and data, for a consent that has to name them.
    subject = models.CharField("对象", max_length=80, blank=True)
    wording = models.TextField("告知内容")
    given_at = models.DateTimeField("同意时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "授权同意"
        verbose_name_plural = "授权同意"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose", "subject"],
                condition=Q(withdrawn_at=None),
                name="consent_in_force_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]


class AccessLog(AppendOnlyModel):
    """One access to a person's record, or a refused attempt; the person can read the rows of their record."""

    at = models.DateTimeField("时间", auto_now_add=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="accesses", verbose_name="查看人")
    kind = models.CharField("方式", max_length=10, choices=AccessKind.choices)
    # Primary key of the record, not a foreign key: records belong to a package above this one.
    file_id = models.BigIntegerField("档案编号", db_index=True)
    field = models.CharField("字段", max_length=40, blank=True)
    reason = models.CharField("事由", max_length=120, blank=True)
    # Only of lists: the same list shown again on the same day adds no row.
    listed_on = models.DateField("列表日期", null=True, blank=True)

    class Meta:
        verbose_name = "档案访问记录"
        verbose_name_plural = "档案访问记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "file_id", "listed_on", "reason"],
                condition=Q(listed_on__isnull=False),
                name="access_listed_once_a_day",
            )
        ]


class FeedTokenQuerySet(models.QuerySet["FeedToken"]):
    def in_use(self) -> "FeedTokenQuerySet":
        return self.filter(revoked_at=None, user__is_active=True)


class FeedToken(TimestampedModel):
    """Token in the address of a user's calendar feed; it opens that feed and nothing else.

    Only a keyed hash is stored: the token is shown once, when it is created.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="feed_tokens", verbose_name="用户")
    digest = models.CharField("检索值", max_length=64, unique=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = FeedTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "日历订阅地址"
        verbose_name_plural = "日历订阅地址"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="feed_token_one_in_use"
            )
        ]
