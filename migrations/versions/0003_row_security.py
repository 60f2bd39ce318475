"""row security

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-23 23:40:00.000000

PostgreSQL only; SQLite has no row-level security. The app role is a role of the server, shared by its databases:
going down takes its rights here away and leaves the role.
"""
from alembic import op
import sqlalchemy as sa


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

# name, the object it is guarded as, or the column that says so, the column of its unit
TABLES = (
    ("ab_user", "user", "", ""),
    ("application", "application", "", "unit_id"),
    ("application_clock", "application", "", "unit_id"),
    ("application_decision", "application", "", "unit_id"),
    ("application_item", "application", "", "unit_id"),
    ("application_receipt", "application", "", "unit_id"),
    ("badge", "badge", "", "unit_id"),
    ("badge_host", "badge", "", "unit_id"),
    ("batch", "badge", "", ""),
    ("batch_item", "badge", "", "unit_id"),
    ("campaign", "campaign", "", ""),
    ("campaign_step", "campaign", "", ""),
    ("domain_record", "domain", "", "unit_id"),
    ("invitation", "user", "", ""),
    ("jurisdiction_grant", "grant", "", ""),
    ("post", "user", "", "unit_id"),
    ("revocation", "badge", "", "unit_id"),
    ("sign_in_record", "log", "", ""),
    ("sign_in_session", "session", "", ""),
    ("site", "unit", "", "unit_id"),
    ("stored_file", "", "obj", "unit_id"),
    ("survey_sheet", "survey", "", "unit_id"),
    ("survey_site", "survey", "", "unit_id"),
    ("unit", "unit", "", "id"),
)
# Tables without jurisdiction: changed by the platform only, and read by it only.
KEPT = ("contact", "office")
SEALED = ("former_password", "recovery_code", "second_factor")
KEPT_FUNCTION = """
CREATE FUNCTION bianban_kept() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('bianban.all', true) IS DISTINCT FROM 'on' THEN
        RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is changed by the platform only';
    END IF;
    RETURN NULL;
END $$
"""
FUNCTION = """
CREATE FUNCTION bianban_reach(mode text, obj text, part text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT CASE current_setting('bianban.all', true)
    WHEN 'on' THEN CASE part WHEN 'paths' THEN '{%}'::text[] END
    ELSE (nullif(current_setting('bianban.' || obj, true), '')::jsonb #>> ARRAY[mode, part])::text[]
END $$
"""


def condition(obj: str, column: str, unit: str, mode: str) -> str:
    def part(name: str, kind: str = "text") -> str:
        if column:
            return f"(bianban_reach('{mode}', {column}, '{name}')::{kind}[])"
        return f"((SELECT bianban_reach('{mode}', '{obj}', '{name}'))::{kind}[])"

    own = f" WHEN {unit} = ANY {part('units', 'integer')} THEN true" if unit else ""
    return (
        f"CASE WHEN review_path LIKE ANY {part('paths')} THEN true{own}"
        f" ELSE coalesce(filing_path LIKE ANY {part('desks')}, false) END"
    )


def audit_condition() -> str:
    seen = " ".join(
        f"WHEN '{name}' THEN EXISTS (SELECT 1 FROM {name} WHERE {name}.id = object_id)" for name, *_rest in TABLES
    )
    return (
        "CASE WHEN coalesce(review_path, '0.') LIKE ANY ((SELECT bianban_reach('see', 'log', 'paths'))::text[])"
        f" THEN true ELSE CASE obj {seen} ELSE false END END"
    )


def ensure_role(role: str) -> None:
    """The app role exists and the owner may act as it."""
    say = (
        f'Row-level security needs the role {role}. Have a database administrator run:\n'
        f'    CREATE ROLE {role} NOLOGIN;\n'
        f'    GRANT {role} TO <the account of DATABASE_URL>;\n'
        'and then run `flask db upgrade` again (BIANBAN_DB_ROLE names another role).'
    )
    bind = op.get_bind()
    known = bind.execute(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar_one()
    may = bind.execute(sa.text("SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user")).scalar_one()
    quoted = bind.dialect.identifier_preparer.quote(role)
    if not known:
        if not may:
            raise RuntimeError(say)
        op.execute(f"CREATE ROLE {quoted} NOLOGIN")
        op.execute(f"GRANT {quoted} TO CURRENT_USER")
    member = bind.execute(sa.text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": role}).scalar_one()
    if not member:
        raise RuntimeError(say)


def upgrade() -> None:
    context = op.get_context()
    if context.dialect.name != "postgresql":
        return
    role = context.opts.get("database_role", "bianban_app")
    quoted = context.dialect.identifier_preparer.quote(role)
    if not context.as_sql:
        ensure_role(role)
    op.execute(FUNCTION)
    op.execute(KEPT_FUNCTION)
    for name in (*(table[0] for table in TABLES), "audit_entry", *SEALED):
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    for name, obj, column, unit in TABLES:
        see, write = (condition(obj, column, unit, mode) for mode in ("see", "write"))
        op.execute(f"CREATE POLICY bianban_see ON {name} FOR SELECT USING ({see})")
        op.execute(f"CREATE POLICY bianban_add ON {name} FOR INSERT WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_change ON {name} FOR UPDATE USING ({write}) WITH CHECK ({write})")
        op.execute(f"CREATE POLICY bianban_remove ON {name} FOR DELETE USING ({write})")
    op.execute(f"CREATE POLICY bianban_see ON audit_entry FOR SELECT USING ({audit_condition()})")
    op.execute("CREATE POLICY bianban_add ON audit_entry FOR INSERT WITH CHECK (true)")
    for name in SEALED:
        op.execute(f"CREATE POLICY bianban_all ON {name} USING (current_setting('bianban.all', true) = 'on')")
    for name in KEPT:
        op.execute(
            f"CREATE TRIGGER bianban_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bianban_kept()"
        )
    rows = "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {quoted}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    op.execute(f"REVOKE UPDATE, DELETE ON audit_entry FROM {quoted}")
    op.execute(f"REVOKE DELETE ON audit_head FROM {quoted}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rows} ON TABLES TO {quoted}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {quoted}")


def downgrade() -> None:
    context = op.get_context()
    if context.dialect.name != "postgresql":
        return
    quoted = context.dialect.identifier_preparer.quote(context.opts.get("database_role", "bianban_app"))
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {quoted}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {quoted}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    for name in KEPT:
        op.execute(f"DROP TRIGGER bianban_kept ON {name}")
    for name in SEALED:
        op.execute(f"DROP POLICY bianban_all ON {name}")
    for policy in ("bianban_see", "bianban_add"):
        op.execute(f"DROP POLICY {policy} ON audit_entry")
    for name, *_rest in TABLES:
        for policy in ("bianban_see", "bianban_add", "bianban_change", "bianban_remove"):
            op.execute(f"DROP POLICY {policy} ON {name}")
    for name in (*(table[0] for table in TABLES), "audit_entry", *SEALED):
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION bianban_kept()")
    op.execute("DROP FUNCTION bianban_reach(text, text, text)")
