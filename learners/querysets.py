"""Adjectives for learners."""

from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from centres.access import scope_of
from centres.choices import Verb
from core.text import search_key

BATCH = 500  # SQLite bears some thousands of parameters; stay well below


class LearnerQuerySet(models.QuerySet[Any]):
    """People."""

    def visible_to(self, user: Any) -> Self:
        """People registered at a centre of the user's scope; teachers: people enrolled in their own classes.

        A record that was merged into another one is nobody any more.
        """
        return self._visible_to(user).filter(merged_into__isnull=True)

    def _visible_to(self, user: Any) -> Self:
        scope = scope_of(user)
        if scope.everything:
            return self.all()
        link = apps.get_model("learners", "LearnerCentre").objects.filter(learner=OuterRef("pk"))
        query = Q(Exists(link.filter(centre_id__in=scope.centre_ids(Verb.VIEW))))
        own = scope.centre_ids(Verb.VIEW_OWN_CLASSES) - scope.centre_ids(Verb.VIEW)
        if own:
            query |= Q(enrolments__class_group__teacher_id=user.pk, enrolments__class_group__centre_id__in=own)
            return self.filter(pk__in=self.model._default_manager.filter(query).values("pk"))
        return self.filter(query)

    def named_like(self, text: str) -> Self:
        """People whose name holds every word of the text, in any order, with or without tones; signs find nobody."""
        words = search_key(text).split()
        found = self if words else self.none()
        for word in words:
            found = found.filter(Q(search_key__startswith=word) | Q(search_key__contains=f" {word}"))
        return found


class LearnerCentreQuerySet(models.QuerySet[Any]):
    """Which centre knows whom."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Write many links; people they need the search text of are read together, not one by one."""
        rows = list(objs)
        people = self.model._meta.get_field("learner").related_model
        missing = sorted({row.learner_id for row in rows if not _holds_person(row)})
        found: dict[int, Any] = {}
        for start in range(0, len(missing), BATCH):
            found |= people._default_manager.in_bulk(missing[start : start + BATCH])
        for row in rows:
            if not _holds_person(row):
                row.learner = found[row.learner_id]
        return super().bulk_create(rows, *args, **kwargs)


def _holds_person(row: Any) -> bool:
    """Whether the link holds its person already."""
    return bool(row._meta.get_field("learner").is_cached(row))


class DifferentPeopleQuerySet(models.QuerySet[Any]):
    """Pairs that are not the same person."""

    def among(self, pks: Iterable[int]) -> set[frozenset[int]]:
        """Return the pairs within a group of people: one query."""
        pks = list(pks)
        if len(pks) < 2:
            return set()
        rows = self.filter(one_id__in=pks, other_id__in=pks).values_list("one_id", "other_id")
        return {frozenset(pair) for pair in rows}

    def between(self, one_id: int, other_id: int) -> Self:
        """The rows that say it of these two, whoever was named first."""
        return self.filter(Q(one_id=one_id, other_id=other_id) | Q(one_id=other_id, other_id=one_id))


def of_person(learner: Any, column: str = "learner") -> Q:
    """Rows of a person, those that stayed with a record merged into theirs included."""
    return Q(**{column: learner}) | Q(**{f"{column}__merged_into": learner})
