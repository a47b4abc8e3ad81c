"""Settings of the test suite: tasks run at once, fast password hashes, a fresh data folder."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from clc_manager.settings import demo_secrets, env
from clc_manager.settings.base import *  # noqa: F403
from clc_manager.settings.base import STORAGES

SECRET_KEY = demo_secrets.SECRET_KEY
FIELD_KEY = demo_secrets.FIELD_KEY
INDEX_KEY = demo_secrets.INDEX_KEY
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PUBLIC_BASE_URL = "http://localhost:8000"

DATA_DIR = Path(tempfile.mkdtemp(prefix="clc-test-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
MEDIA_ROOT = DATA_DIR / "files"
# Programs that a test starts sign with the keys of the test.
SIGNING_KEYS_DIR = Path(os.environ.get("CLC_TEST_SIGNING_KEYS") or DATA_DIR / "keys")
SEAL_PKCS12 = SEAL_PKCS11 = SEAL_PASSPHRASE_FILE = None
SEAL_TOKEN = SEAL_KEY = SEAL_TSA = ""
LOG_DIR = DATA_DIR / "log"
LOG_WITNESSES = None
DATABASES = {"default": env.database(os.environ.get("CLC_TEST_DATABASE_URL"), DATA_DIR)}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: browser tests and concurrency tests need several connections.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
DATABASES["default"]["CONN_MAX_AGE"] = 0

TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
LOOKUPS_WRITTEN_EVERY = 0  # at once: a thread would not see what a test has not committed
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
