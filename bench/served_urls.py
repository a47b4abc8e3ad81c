"""Every address of the product, and the bare view where it is found first."""

from django.urls import path

from bench.bare import bare
from clc_manager.urls import handler400, handler403, handler404, handler500
from clc_manager.urls import urlpatterns as served

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("bare/<str:token>", bare), *served]
