"""People who sign in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Salutation
from core.text import clean, split_name


class UserManager(BaseUserManager["User"]):
    """Makes users; there is no superuser in this product, every right comes from a membership."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user with a hashed password (unusable when None)."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by user name without regard to case: phones capitalise the first letter."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do is in their memberships."""

    username = models.CharField(_("tên đăng nhập"), max_length=60, unique=True)
    full_name = models.CharField(_("họ và tên"), max_length=150)
    salutation = models.CharField(_("cách gọi"), max_length=5, choices=Salutation, default=Salutation.ANH)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    language = models.CharField(
        _("ngôn ngữ"), max_length=5, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    is_active = models.BooleanField(_("đang dùng"), default=True)
    must_change_password = models.BooleanField(_("phải đổi mật khẩu"), default=False)
    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        ordering = ("username",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(full_name=""), name="accounts_user_full_name_given"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC."""
        self.full_name = clean(self.full_name)
        super().save(*args, **kwargs)

    @property
    def given_name(self) -> str:
        """The name people are called by."""
        return split_name(self.full_name).given

    @property
    def greeting(self) -> str:
        """``chị Lan``."""
        return f"{self.get_salutation_display()} {self.given_name}"


class SignIn(models.Model):
    """One successful sign-in. Indicator C3 asks whether a centre used the system in every month it was open."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name=_("người dùng"))
    at = models.DateTimeField(_("lúc"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("lần đăng nhập")
        verbose_name_plural = _("lần đăng nhập")
        ordering = ("-at",)
        indexes: ClassVar = [models.Index(fields=["user", "at"], name="accounts_signin_user_at_idx")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at}"


class FailedSignIn(models.Model):
    """One failed attempt, counted per name and address to slow guessing; rows older than a day are deleted."""

    name_key = models.CharField(_("tên"), max_length=64)
    address_key = models.CharField(_("địa chỉ"), max_length=64)
    at = models.DateTimeField(_("lúc"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("lần đăng nhập hỏng")
        verbose_name_plural = _("lần đăng nhập hỏng")
        indexes: ClassVar = [
            models.Index(fields=["name_key", "at"], name="accounts_failed_name_idx"),
            models.Index(fields=["address_key", "at"], name="accounts_failed_addr_idx"),
        ]

    def __str__(self) -> str:
        return str(self.at)


class ApiToken(models.Model):
    """A key for programs. Only its hash is stored; it acts as its user, with the same scope."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("người dùng"))
    name = models.CharField(_("tên"), max_length=80)
    digest = models.CharField(_("băm"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now, editable=False)
    last_used_on = models.DateField(_("dùng lần cuối"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("thu hồi lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("khóa API")
        verbose_name_plural = _("khóa API")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name
