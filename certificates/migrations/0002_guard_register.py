"""The register is guarded by the database: events are append-only, an entry's number and content never change."""

from typing import Any

from django.db import migrations

from core.triggers import append_only

TABLE = "certificates_certificate"
FROZEN = (
    "register_id", "number", "register_number", "token", "centre_id", "unit_id", "learner_id", "enrolment_id", "kind",
    "content", "template_version", "issued_on", "issued_by_id", "signer_name",
)  # fmt: skip
# reserved → issued | voided; issued → corrected | replaced | revoked; nothing else, and nothing back.
WRONG_STEP = (
    "(NEW.state <> OLD.state AND NOT (OLD.state = 'reserved' AND NEW.state IN ('issued', 'voided'))"
    " AND NOT (OLD.state = 'issued' AND NEW.state IN ('corrected', 'replaced', 'revoked')))"
)


def guard(apps: Any, schema_editor: Any) -> None:
    """Refuse deletes, changes of frozen columns, another hash once there is one, and steps that do not exist."""
    postgres = schema_editor.connection.vendor == "postgresql"
    if postgres:
        changed = " OR ".join(f"NEW.{column}::text IS DISTINCT FROM OLD.{column}::text" for column in FROZEN)
        schema_editor.execute(
            f"CREATE FUNCTION {TABLE}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a register entry is never deleted'; END IF; "
            f"IF {changed} OR (OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 IS DISTINCT FROM OLD.pdf_sha256) OR {WRONG_STEP} "
            f"THEN RAISE EXCEPTION 'a register entry is frozen'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_guard BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW "
            f"EXECUTE FUNCTION {TABLE}_guard()"
        )
        return
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FROZEN)
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_guard_update BEFORE UPDATE ON {TABLE} "
        f"WHEN {changed} OR (OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 IS NOT OLD.pdf_sha256) OR {WRONG_STEP} "
        f"BEGIN SELECT RAISE(ABORT, 'a register entry is frozen'); END"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_guard_delete BEFORE DELETE ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, 'a register entry is never deleted'); END"
    )


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take the guards away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_guard ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION {TABLE}_guard()")
    else:
        schema_editor.execute(f"DROP TRIGGER {TABLE}_guard_update")
        schema_editor.execute(f"DROP TRIGGER {TABLE}_guard_delete")


class Migration(migrations.Migration):
    """Triggers on SQLite and PostgreSQL."""

    dependencies = [("certificates", "0001_initial")]

    operations = [append_only("certificates_registerevent"), migrations.RunPython(guard, unguard)]
