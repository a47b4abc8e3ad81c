"""Production settings refuse what must not reach production; the database is what the ADRs say it is."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from clc_manager.settings import demo_secrets, env

GOOD = {
    "CLC_SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "CLC_FIELD_KEY": base64.b64encode(bytes(range(32))).decode(),
    "CLC_INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
    "CLC_ALLOWED_HOSTS": "clc.example.vn",
    "CLC_PUBLIC_URL": "https://clc.example.vn",
}


def start_production(tmp_path: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load production settings in a fresh process; None removes a variable."""
    variables = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLC_")}
    environment |= {"DJANGO_SETTINGS_MODULE": "clc_manager.settings.production", "CLC_DATA_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); print('started')"],
        cwd=settings.BASE_DIR,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_production_starts_with_secrets_of_its_own(tmp_path: Path) -> None:
    started = start_production(tmp_path)
    assert started.returncode == 0, started.stderr
    assert started.stdout.strip() == "started"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_production_refuses_a_missing_variable(tmp_path: Path, name: str) -> None:
    refused = start_production(tmp_path, **{name: None})
    assert refused.returncode != 0
    assert f"{name} is not set" in refused.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEY", "INDEX_KEY"])
def test_production_refuses_the_demo_secrets(tmp_path: Path, name: str) -> None:
    refused = start_production(tmp_path, **{f"CLC_{name}": getattr(demo_secrets, name)})
    assert refused.returncode != 0
    assert "demo secret" in refused.stderr
    assert getattr(demo_secrets, name) not in refused.stderr


def test_production_refuses_one_key_for_two_purposes(tmp_path: Path) -> None:
    refused = start_production(tmp_path, CLC_INDEX_KEY=GOOD["CLC_FIELD_KEY"])
    assert refused.returncode != 0
    assert "must differ" in refused.stderr


def test_production_refuses_to_print_an_unencrypted_address(tmp_path: Path) -> None:
    refused = start_production(tmp_path, CLC_PUBLIC_URL="http://clc.example.vn")
    assert refused.returncode != 0
    assert "https://" in refused.stderr


def test_no_url_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    assert env.database(None, tmp_path)["NAME"] == tmp_path / "clc.sqlite3"
    assert env.database("", tmp_path)["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_sqlite_url_names_a_file(tmp_path: Path) -> None:
    assert env.database("sqlite:///srv/clc/d%E1%BB%AF.sqlite3", tmp_path)["NAME"] == Path("/srv/clc/dữ.sqlite3")


def test_postgres_url_is_taken_apart(tmp_path: Path) -> None:
    parsed = env.database("postgres://clc:m%40t%2Fkhau@db.example.vn:6543/clc_hn?sslmode=require", tmp_path)
    assert parsed["ENGINE"] == "django.db.backends.postgresql"
    assert (parsed["USER"], parsed["PASSWORD"], parsed["HOST"], parsed["PORT"], parsed["NAME"]) == (
        "clc", "m@t/khau", "db.example.vn", "6543", "clc_hn",
    )  # fmt: skip
    assert parsed["OPTIONS"] == {"sslmode": "require"}


def test_postgres_url_may_name_a_socket_folder(tmp_path: Path) -> None:
    parsed = env.database("postgresql://clc@/postgres?host=%2Frun%2Fpg", tmp_path)
    assert (parsed["HOST"], parsed["NAME"], parsed["OPTIONS"]) == ("/run/pg", "postgres", {})


def test_other_databases_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="mysql"):
        env.database("mysql://somewhere/clc", tmp_path)


@pytest.mark.django_db(transaction=True)
def test_the_suite_runs_on_the_database_it_claims() -> None:
    """SQLite is really in WAL with IMMEDIATE; with CLC_TEST_DATABASE_URL it is really PostgreSQL."""
    with connection.cursor() as cursor:
        if os.environ.get("CLC_TEST_DATABASE_URL", "").startswith("postgres"):
            cursor.execute("SELECT version()")
            assert cursor.fetchone()[0].startswith("PostgreSQL")
            return
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone()[0] == 1
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
