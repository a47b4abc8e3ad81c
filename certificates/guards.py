"""Guards of the register in the database, as migration operations for SQLite and PostgreSQL.

What is frozen in an entry, which steps there are, that salts of the log never change, and that no row takes another's
place (SQLite's INSERT OR REPLACE and UPDATE OR REPLACE delete a row unasked by its triggers).
"""

from typing import Any

from django.db import migrations

from core.triggers import never_replaced

ENTRY = "certificates_certificate"
FROZEN = (
    "register_id", "number", "register_number", "token", "centre_id", "unit_id", "learner_id", "enrolment_id", "kind",
    "content", "template_version", "issued_on", "issued_by_id", "signer_name",
)  # fmt: skip
# reserved → issued | voided; issued → corrected | replaced | revoked; nothing else, and nothing back.
WRONG_STEP = (
    "(NEW.state <> OLD.state AND NOT (OLD.state = 'reserved' AND NEW.state IN ('issued', 'voided'))"
    " AND NOT (OLD.state = 'issued' AND NEW.state IN ('corrected', 'replaced', 'revoked')))"
)
LIVE = "('reserved', 'issued')"
SALTS = "certificates_logsalt"


def _guard(apps: Any, schema_editor: Any) -> None:
    """Refuse deletes, changes of frozen columns, another hash once there is one, and steps that do not exist."""
    postgres = schema_editor.connection.vendor == "postgresql"
    if postgres:
        changed = " OR ".join(f"NEW.{column}::text IS DISTINCT FROM OLD.{column}::text" for column in FROZEN)
        schema_editor.execute(
            f"CREATE FUNCTION {ENTRY}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a register entry is never deleted'; END IF; "
            f"IF {changed} OR (OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 IS DISTINCT FROM OLD.pdf_sha256) "
            f"OR {WRONG_STEP} THEN RAISE EXCEPTION 'a register entry is frozen'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {ENTRY}_guard BEFORE UPDATE OR DELETE ON {ENTRY} FOR EACH ROW "
            f"EXECUTE FUNCTION {ENTRY}_guard()"
        )
        return
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FROZEN)
    schema_editor.execute(
        f"CREATE TRIGGER {ENTRY}_guard_update BEFORE UPDATE ON {ENTRY} "
        f"WHEN {changed} OR (OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 IS NOT OLD.pdf_sha256) OR {WRONG_STEP} "
        f"BEGIN SELECT RAISE(ABORT, 'a register entry is frozen'); END"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {ENTRY}_guard_delete BEFORE DELETE ON {ENTRY} "
        f"BEGIN SELECT RAISE(ABORT, 'a register entry is never deleted'); END"
    )


def _unguard(apps: Any, schema_editor: Any) -> None:
    """Take the guards away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {ENTRY}_guard ON {ENTRY}")
        schema_editor.execute(f"DROP FUNCTION {ENTRY}_guard()")
    else:
        schema_editor.execute(f"DROP TRIGGER {ENTRY}_guard_update")
        schema_editor.execute(f"DROP TRIGGER {ENTRY}_guard_delete")


def _guard_salts(apps: Any, schema_editor: Any) -> None:
    """A salt is never changed; deleting it is allowed: that is how the law's erasure reaches the log."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {SALTS}_guard() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'a salt of the log is never changed'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {SALTS}_guard BEFORE UPDATE ON {SALTS} FOR EACH ROW EXECUTE FUNCTION {SALTS}_guard()"
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER {SALTS}_guard BEFORE UPDATE ON {SALTS} "
            f"BEGIN SELECT RAISE(ABORT, 'a salt of the log is never changed'); END"
        )


def _unguard_salts(apps: Any, schema_editor: Any) -> None:
    """Take that guard away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {SALTS}_guard ON {SALTS}")
        schema_editor.execute(f"DROP FUNCTION {SALTS}_guard()")
    else:
        schema_editor.execute(f"DROP TRIGGER {SALTS}_guard")


def _keep_keys(apps: Any, schema_editor: Any) -> None:
    """An entry's key never becomes another's."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {ENTRY}_keeps_key BEFORE UPDATE OF id ON {ENTRY} WHEN NEW.id IS NOT OLD.id "
            f"BEGIN SELECT RAISE(ABORT, 'a register entry is frozen'); END"
        )


def _forget_keys(apps: Any, schema_editor: Any) -> None:
    """Take that guard away."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER {ENTRY}_keeps_key")


def guard_register() -> migrations.RunPython:
    """Refuse deletes, changes of frozen columns, another hash once there is one, and steps that do not exist."""
    return migrations.RunPython(_guard, _unguard)


def guard_salts() -> migrations.RunPython:
    """Refuse changes of a salt."""
    return migrations.RunPython(_guard_salts, _unguard_salts)


def never_replaced_register() -> list[migrations.RunPython]:
    """Refuse that a row of the register or the log takes another's place."""
    return [
        never_replaced(
            ENTRY,
            "id = NEW.id",
            "token = NEW.token",
            "register_id = NEW.register_id AND number = NEW.number",
            f"enrolment_id = NEW.enrolment_id AND state IN {LIVE} AND NEW.state IN {LIVE}",
        ),
        migrations.RunPython(_keep_keys, _forget_keys),
        never_replaced("certificates_registerevent", "id = NEW.id"),
        never_replaced("certificates_signedclaims", "id = NEW.id", "certificate_id = NEW.certificate_id"),
        never_replaced("certificates_logleaf", "event_id = NEW.event_id"),
        never_replaced("certificates_logplace", '"index" = NEW."index"', "leaf_id = NEW.leaf_id"),
        never_replaced("certificates_logcheckpoint", "id = NEW.id", "size = NEW.size"),
        never_replaced("certificates_logsalt", "certificate_id = NEW.certificate_id"),
    ]
