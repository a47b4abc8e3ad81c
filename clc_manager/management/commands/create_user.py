"""Make a user with a role: how the first person gets into an empty system."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import BODY_ROLES, CENTRE_ROLES, Role
from accounts.models import User
from centres.models import Body, Centre
from centres.selectors import find_unit
from centres.services import add_membership
from core import audit
from core.commands import OperatorCommand
from core.errors import Conflict, InvalidInput


class Command(OperatorCommand):
    """``create_user lan --name "Nguyễn Thị Lan" --role centre_staff --centre HN-BAVI``; prints a one-time password."""

    help = "Create a user with a role in a centre, a unit or a body, and print a password to change at first sign-in."

    def arguments(self, parser: CommandParser) -> None:
        """The place is a centre for the roles of a centre, a body for those of a body, a unit for the others."""
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="Full name.")
        parser.add_argument("--role", required=True, choices=Role.values)
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--centre", metavar="CODE")
        place.add_argument("--body", metavar="CODE", help="A department or association, as SGDDT.")
        place.add_argument("--unit", metavar="CODE", help="As 00004, or commune:00004 where a code names two levels.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return user name, password, role and place. Raises InvalidInput or Conflict."""
        role = Role(options["role"])
        if (role in CENTRE_ROLES, role in BODY_ROLES) != (bool(options["centre"]), bool(options["body"])):
            words = _("Vai trò của trung tâm cần --centre, của sở, ngành cần --body, vai trò khác cần --unit.")
            raise InvalidInput("wrong_place", words)
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            if User.objects.filter(username__iexact=options["username"]).exists():
                raise Conflict("username_taken", _("Tên đăng nhập này đã có người dùng."))
            user = User(username=options["username"], full_name=options["name"], must_change_password=True)
            user.set_password(password)
            try:
                user.full_clean()
            except ValidationError as error:
                raise InvalidInput("invalid_user", " ".join(error.messages), fields=error.message_dict) from error
            user.save()
            audit.record("accounts.create_user", user, by=None, data={"role": str(role)})
            centre = self._centre(options["centre"]) if options["centre"] else None
            unit = find_unit(options["unit"]) if options["unit"] else None
            body = self._body(options["body"]) if options["body"] else None
            add_membership(user=user, role=role, by=None, centre=centre, unit=unit, body=body)
        place = str(centre or unit or body)
        return {"username": user.username, "password": password, "role": str(role), "scope": place}

    def _body(self, code: str) -> Body:
        body = Body.objects.filter(code=code).first()
        if body is None:
            raise InvalidInput("unknown_body", _("Không có cơ quan, tổ chức mã %(code)s.") % {"code": code})
        return body

    def _centre(self, code: str) -> Centre:
        centre = Centre.objects.filter(code=code).first()
        if centre is None:
            raise InvalidInput("unknown_centre", _("Không có trung tâm mã %(code)s.") % {"code": code})
        return centre
