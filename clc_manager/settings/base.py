"""Settings that hold everywhere. What differs by place is in local, test and production."""

import datetime as dt
import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from clc_manager.settings import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("CLC_DATA_DIR") or BASE_DIR / ".data").resolve()

DEBUG = False
ALLOWED_HOSTS: list[str] = []
ROOT_URLCONF = "clc_manager.urls"
WSGI_APPLICATION = "clc_manager.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_ox",
    "core",
    "accounts",
    "centres",
    "learners",
    "courses",
    "literacy",
    "certificates",
    "indicators",
    "api",
    "clc_manager",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "core.camera.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.FirstPasswordMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.DomainErrorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "clc_manager.navigation.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.clc"],
        },
    },
]

DATABASES = {"default": env.database(os.environ.get("DATABASE_URL"), DATA_DIR)}

# The one place that names the queue's backend (docs/adr/0004) and what it does by itself, hours apart: each turn once,
# however many workers there are; turns missed while nothing ran are made up for by one.
TASKS = {
    "default": {
        "BACKEND": "django_ox.backend.OxBackend",
        "OPTIONS": {
            "MAX_ATTEMPTS": 3,
            "LOCK_TIMEOUT": 60,
            "SCHEDULES": {
                "forget-old-rosters": {"task": "courses.jobs.sweep_rosters", "every": dt.timedelta(hours=6)},
                "keep-worklist": {
                    "task": "literacy.jobs.keep_worklist",
                    "every": dt.timedelta(days=1),
                    "phase": dt.timedelta(minutes=30),
                },
                "look-at-quality": {
                    "task": "indicators.quality.jobs.keep_quality",
                    "every": dt.timedelta(days=1),
                    "phase": dt.timedelta(hours=1),
                },
                "forget-old-surveys": {"task": "literacy.jobs.sweep_survey_sheets", "every": dt.timedelta(hours=6)},
                # Often by day, when little has changed; after midnight ages of running periods move on.
                "keep-rollups": {"task": "indicators.jobs.keep_rollups", "every": dt.timedelta(minutes=10)},
                "keep-calendar": {
                    "task": "indicators.jobs.keep_calendar",
                    "every": dt.timedelta(days=1),
                    "phase": dt.timedelta(hours=7),
                },
                "scheduled-exports": {"task": "indicators.jobs.run_scheduled_exports", "every": dt.timedelta(hours=1)},
                "publish-log": {"task": "certificates.jobs.publish_log", "every": dt.timedelta(hours=1)},
            },
        },
    }
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["core.formats"]
# Grouping is asked for by the filter "num". On its own it would turn keys and years in pages into 2.190 and 2.026:
# links, form names and hidden fields would stop working at the thousandth row.
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"  # never served by address: every file goes out through a scoped view
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "clc_manager API",
    "DESCRIPTION": "Community learning centres of Hanoi: units, centres, courses, classes, certificates, indicators.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
}

# Reminders of deadlines go out by this server; none named: none are sent, the pages show them all the same.
MAIL_HOST = os.environ.get("CLC_EMAIL_HOST", "")
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": MAIL_HOST,
            "port": int(os.environ.get("CLC_EMAIL_PORT", "587")),
            "username": os.environ.get("CLC_EMAIL_USER", ""),
            "password": os.environ.get("CLC_EMAIL_PASSWORD", ""),
            "use_tls": env.flag("CLC_EMAIL_TLS", True),
            "timeout": 20,
        },
    }
}
DEFAULT_FROM_EMAIL = os.environ.get("CLC_EMAIL_FROM", "clc@localhost")

# Where a certificate's QR leads. Printed on paper for decades: set it once.
PUBLIC_BASE_URL = os.environ.get("CLC_PUBLIC_URL", "http://localhost:8000").rstrip("/")
# Keys that sign certificates, outside the database (docs/adr/0028).
SIGNING_KEYS_DIR = Path(os.environ.get("CLC_SIGNING_KEYS") or DATA_DIR / "keys")
# The authority's own seal on every printed file (PAdES), when it has one: a PKCS#12 file, or a token by its PKCS#11
# module, with the labels of token and key where there are several; a file with the passphrase or PIN; the address of a
# time-stamp service (RFC 3161).
SEAL_PKCS12 = Path(os.environ["CLC_SEAL_PKCS12"]) if os.environ.get("CLC_SEAL_PKCS12") else None
SEAL_PKCS11 = Path(os.environ["CLC_SEAL_PKCS11"]) if os.environ.get("CLC_SEAL_PKCS11") else None
SEAL_TOKEN = os.environ.get("CLC_SEAL_TOKEN", "")
SEAL_KEY = os.environ.get("CLC_SEAL_KEY", "")
SEAL_TSA = os.environ.get("CLC_SEAL_TSA", "")
SEAL_PASSPHRASE_FILE = (
    Path(os.environ["CLC_SEAL_PASSPHRASE_FILE"]) if os.environ.get("CLC_SEAL_PASSPHRASE_FILE") else None
)
# Look-ups of papers are added up in memory and written so often, in seconds (docs/adr/0035).
LOOKUPS_WRITTEN_EVERY = 2.0
# The log that is published: checkpoint, tiles, entries (docs/adr/0032). Outside the database, so that it cannot follow.
LOG_DIR = Path(os.environ.get("CLC_LOG_DIR") or DATA_DIR / "log")
# Keys of the hosts that witness the log, one a line as ``witness`` prints them.
LOG_WITNESSES = Path(os.environ["CLC_LOG_WITNESSES"]) if os.environ.get("CLC_LOG_WITNESSES") else None
IS_PRODUCTION = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        # One line per task and step would hide what people have to read.
        "django.tasks": {"level": "WARNING"},
        "django_ox": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
