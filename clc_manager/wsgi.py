"""The WSGI entry point, used by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clc_manager.settings.local")

application = get_wsgi_application()
