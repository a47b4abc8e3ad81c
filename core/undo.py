"""Taking back a slip of a moment ago: who did it may, within minutes. Each app says what was built on its own rows."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import AuditEvent

# A slip is noticed at once; whatever is older is corrected as everything else is, with a reason.
UNDO_WITHIN = dt.timedelta(minutes=30)


def own_deed(verb: str, row: models.Model, by: Any) -> AuditEvent:
    """Return the last deed of that kind to the row, when it was this person's and is fresh.

    Raises Conflict ``undo_too_late`` otherwise.
    """
    deed = AuditEvent.objects.filter(verb=verb, object_type=row._meta.label_lower, object_id=str(row.pk)).first()
    if deed is None or deed.actor_id != by.pk or deed.at < timezone.now() - UNDO_WITHIN:
        raise Conflict("undo_too_late", _("Không hoàn tác được nữa: đã quá lâu, hoặc người khác đã ghi."))
    return deed
