"""Months in which somebody of a centre signed in equal a plain count, day by day, whatever memberships there were."""

import datetime as dt
import random

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import SignIn
from centres.models import Membership
from indicators.sign_ins import months_used

FROM, TO = dt.date(2025, 12, 1), dt.date(2026, 8, 20)


def counted(ids, starts_on, ends_on):
    found = {}
    for row in Membership.objects.filter(centre_id__in=ids):
        for sign_in in SignIn.objects.filter(user_id=row.user_id):
            day = timezone.localdate(sign_in.at)
            if starts_on <= day <= ends_on and row.in_force_on(day):
                found.setdefault(row.centre_id, set()).add((day.year, day.month))
    return found


def test_months_used_equal_a_plain_count(cast):
    rng = random.Random(11)
    centres = [cast.centre_a, cast.centre_b]
    for _turn in range(12):
        Membership.objects.all().delete()
        SignIn.objects.all().delete()
        for user in (cast.lan, cast.hai, cast.duc):
            for _stay in range(rng.randint(0, 3)):
                begins = FROM + dt.timedelta(days=rng.randint(-40, 260))
                ends = rng.choice([None, begins + dt.timedelta(days=rng.randint(0, 70))])
                Membership.objects.create(
                    user=user, role="director", centre=rng.choice(centres), valid_from=begins, valid_to=ends
                )
            # By night too: 18:00 here and in UTC are different days after 17:00 UTC.
            SignIn.objects.bulk_create(
                [
                    SignIn(
                        user=user,
                        at=dt.datetime.combine(FROM + dt.timedelta(days=rng.randint(-20, 290)), dt.time(hour), dt.UTC),
                    )
                    for hour in rng.choices((3, 16, 17, 20), k=8)
                ]
            )
        starts_on = FROM + dt.timedelta(days=rng.choice([0, 0, 14]))
        with CaptureQueriesContext(connection) as asked:
            found = months_used([cast.centre_a.pk, cast.centre_b.pk], starts_on, TO)
        assert found == counted([cast.centre_a.pk, cast.centre_b.pk], starts_on, TO)
        assert len(asked) <= 2
        assert set(months_used([cast.centre_b.pk], starts_on, TO)) <= {cast.centre_b.pk}
