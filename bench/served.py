"""The product as it is served, with the bare view beside it, for measurements: ``granian bench.served:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clc_manager.settings.local")

from django.conf import settings

settings.WHITENOISE_AUTOREFRESH = False  # as in production: no file is looked for at each request
settings.ROOT_URLCONF = "bench.served_urls"

import certificates.guessing  # noqa: E402 - settings come first
from clc_manager.wsgi import application as application  # noqa: E402

# Whoever measures wrong codes asks for thousands; slowing them down is another answer than the one measured.
certificates.guessing.MISSES_PER_MINUTE = 10**9
