"""Production settings: every secret from the environment, and a refusal to start with the demo ones."""

import os

from django.core.exceptions import ImproperlyConfigured

from clc_manager.settings import demo_secrets, env
from clc_manager.settings.base import *  # noqa: F403

IS_PRODUCTION = True
SECRET_KEY = env.required("CLC_SECRET_KEY")
FIELD_KEY = env.required("CLC_FIELD_KEY")
INDEX_KEY = env.required("CLC_INDEX_KEY")
ALLOWED_HOSTS = env.required("CLC_ALLOWED_HOSTS").split(",")
PUBLIC_BASE_URL = env.required("CLC_PUBLIC_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]

for _name in ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY"):
    if globals()[_name] == getattr(demo_secrets, _name):
        raise ImproperlyConfigured(f"CLC_{_name} is the demo secret that everybody knows. Set one of your own.")
if FIELD_KEY == INDEX_KEY:
    raise ImproperlyConfigured("CLC_FIELD_KEY and CLC_INDEX_KEY must differ.")
if not PUBLIC_BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("CLC_PUBLIC_URL must start with https://: it is printed on certificates.")

SECURE_SSL_REDIRECT = env.flag("CLC_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("CLC_BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
