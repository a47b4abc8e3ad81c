"""Adjectives for learners."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from centres.access import scope_of
from centres.choices import Verb
from core.text import search_key


class LearnerQuerySet(models.QuerySet[Any]):
    """People."""

    def visible_to(self, user: Any) -> Self:
        """People registered at a centre of the user's scope; teachers: people enrolled in their own classes."""
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
