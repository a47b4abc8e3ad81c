"""Settings of ``./run``: one machine, SQLite by default, demo secrets."""

import os

from clc_manager.settings import demo_secrets
from clc_manager.settings.base import *  # noqa: F403
from clc_manager.settings.base import DATA_DIR, STORAGES

SECRET_KEY = os.environ.get("CLC_SECRET_KEY", demo_secrets.SECRET_KEY)
FIELD_KEY = os.environ.get("CLC_FIELD_KEY", demo_secrets.FIELD_KEY)
INDEX_KEY = os.environ.get("CLC_INDEX_KEY", demo_secrets.INDEX_KEY)
ALLOWED_HOSTS = os.environ.get("CLC_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_BASE_URL = os.environ.get("CLC_PUBLIC_URL", f"http://localhost:{os.environ.get('PORT', '8000')}").rstrip("/")

# Served straight from the source folder: collecting and compressing costs 12 s at the first start.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

DATA_DIR.mkdir(parents=True, exist_ok=True)
