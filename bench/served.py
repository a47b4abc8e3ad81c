"""The product as it is served, with the bare view beside it, for measurements: ``granian bench.served:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clc_manager.settings.local")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.WHITENOISE_AUTOREFRESH = False  # as in production: no file is looked for at each request
settings.ROOT_URLCONF = "bench.served_urls"
application = get_wsgi_application()

from certificates import guessing  # noqa: E402 - it has models, which are there only now

# Whoever measures wrong codes asks for thousands; slowing them down is another answer than the one measured.
guessing.MISSES_PER_MINUTE = 10**9
