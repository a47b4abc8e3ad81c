"""What leaves a trace: handing the register out."""

from django.db import transaction

from accounts.models import User
from core import audit
from literacy.register.asking import Asked, people_of


@transaction.atomic
def leave_trace(asked: Asked, *, by: User) -> None:
    """Write down that somebody takes the register of a commune along, and how many people are on it."""
    count = people_of(asked, by).count()
    audit.record("literacy.export_register", asked.unit, by=by, data={"people": count, "query": asked.query(q="")})
