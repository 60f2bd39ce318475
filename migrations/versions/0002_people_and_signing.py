"""people and signing

Revision: 0002
Follows: 0001
Made: 2026-11-24 00:17:46.521767
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# The row facts of what was there before: from the office, the unit, or the office whose rows a grant opens.
_ANCESTORS = ", ".join(
    f"{column} = (SELECT up.id FROM office up JOIN office own ON substr(own.path, 1, length(up.path)) = up.path "
    f"WHERE own.id = {{key}} AND up.level IN ({levels}))"
    for column, levels in (
        ("province_id", "'province'"), ("city_id", "'city'"), ("county_id", "'county', 'zone'"),
    )
)
_OF_UNIT = ", ".join(
    f"{column} = (SELECT {column} FROM unit WHERE unit.id = post.unit_id)"
    for column in ("review_path", "filing_path", "province_id", "city_id", "county_id")
)
CARRY_OVER = (
    "UPDATE ab_user SET office_id = (SELECT coalesce(post.office_id, reviewing.id) FROM post "
    "LEFT JOIN unit ON unit.id = post.unit_id LEFT JOIN office reviewing ON reviewing.path = unit.review_path "
    "WHERE post.person_id = ab_user.id ORDER BY post.id LIMIT 1)",
    "UPDATE ab_user SET review_path = (SELECT path FROM office WHERE office.id = ab_user.office_id), "
    + _ANCESTORS.format(key="ab_user.office_id")
    + " WHERE office_id IS NOT NULL",
    "UPDATE post SET review_path = (SELECT path FROM office WHERE office.id = post.office_id), "
    + _ANCESTORS.format(key="post.office_id")
    + " WHERE office_id IS NOT NULL",
    f"UPDATE post SET {_OF_UNIT} WHERE unit_id IS NOT NULL",
    "UPDATE jurisdiction_grant SET review_path = where_path, filing_path = holder_path, "
    + _ANCESTORS.format(key="(SELECT id FROM office WHERE path = jurisdiction_grant.where_path)"),
)


def upgrade() -> None:
    op.create_table('posted_form',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('location', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_posted_form'))
    )
    with op.batch_alter_table('posted_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_posted_form_created_at'), ['created_at'], unique=False)

    op.create_table('sign_in_lock',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_lock'))
    )
    with op.batch_alter_table('sign_in_lock', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_lock_since'), ['since'], unique=False)
        batch_op.create_index('uq_sign_in_lock_account', ['account', 'address'], unique=True)

    op.create_table('former_password',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('hashed', sa.String(length=256), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['ab_user.id'], name=op.f('fk_former_password_person_id_ab_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_former_password'))
    )
    with op.batch_alter_table('former_password', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_former_password_person_id'), ['person_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=8), nullable=False),
    sa.Column('way', sa.String(length=8), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('issued_by', sa.String(length=80), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.String(length=80), nullable=False),
    sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('province_id', sa.Integer(), nullable=True),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('county_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('open', 'renew')", name=op.f('ck_invitation_purpose')),
    sa.CheckConstraint("way IN ('print', 'email')", name=op.f('ck_invitation_way')),
    sa.CheckConstraint('attempts >= 0', name=op.f('ck_invitation_attempts')),
    sa.CheckConstraint('used_at IS NULL OR revoked_at IS NULL', name=op.f('ck_invitation_one_end')),
    sa.ForeignKeyConstraint(['city_id'], ['office.id'], name=op.f('fk_invitation_city_id_office')),
    sa.ForeignKeyConstraint(['county_id'], ['office.id'], name=op.f('fk_invitation_county_id_office')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['ab_user.id'], name=op.f('fk_invitation_issued_by_id_ab_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['ab_user.id'], name=op.f('fk_invitation_person_id_ab_user'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['province_id'], ['office.id'], name=op.f('fk_invitation_province_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_invitation_code_hash'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index('ix_invitation_city_id', ['city_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_invitation_county_id', ['county_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_invitation_filing_path', ['filing_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index(batch_op.f('ix_invitation_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_invitation_province_id', ['province_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_invitation_review_path', ['review_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('uq_invitation_open', ['person_id'], unique=True, sqlite_where=sa.text('used_at IS NULL AND revoked_at IS NULL'), postgresql_where=sa.text('used_at IS NULL AND revoked_at IS NULL'))

    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['ab_user.id'], name=op.f('fk_recovery_code_person_id_ab_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('digest', name=op.f('uq_recovery_code_digest'))
    )
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_code_person_id'), ['person_id'], unique=False)

    op.create_table('second_factor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('offered_in', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['ab_user.id'], name=op.f('fk_second_factor_person_id_ab_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('person_id', name=op.f('uq_second_factor_person_id'))
    )
    op.create_table('sign_in_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('username', sa.String(length=128), nullable=False),
    sa.Column('name', sa.String(length=130), nullable=False),
    sa.Column('account_digest', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('agent', sa.String(length=200), nullable=False),
    sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('province_id', sa.Integer(), nullable=True),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('county_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('browser', 'api')", name=op.f('ck_sign_in_record_kind')),
    sa.CheckConstraint("outcome IN ('success', 'wrong_password', 'locked', 'wrong_code', 'unknown_account', 'disabled', 'signed_out', 'forced', 'timed_out')", name=op.f('ck_sign_in_record_outcome')),
    sa.ForeignKeyConstraint(['city_id'], ['office.id'], name=op.f('fk_sign_in_record_city_id_office')),
    sa.ForeignKeyConstraint(['county_id'], ['office.id'], name=op.f('fk_sign_in_record_county_id_office')),
    sa.ForeignKeyConstraint(['person_id'], ['ab_user.id'], name=op.f('fk_sign_in_record_person_id_ab_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['province_id'], ['office.id'], name=op.f('fk_sign_in_record_province_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_record'))
    )
    with op.batch_alter_table('sign_in_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_record_at'), ['at'], unique=False)
        batch_op.create_index('ix_sign_in_record_city_id', ['city_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_record_county_id', ['county_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_record_filing_path', ['filing_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_record_person', ['person_id', 'id'], unique=False)
        batch_op.create_index('ix_sign_in_record_province_id', ['province_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_record_review_path', ['review_path', 'id'], unique=False, postgresql_include=[])

    op.create_table('sign_in_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=128), nullable=False),
    sa.Column('name', sa.String(length=130), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('agent', sa.String(length=200), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('idle_minutes', sa.Integer(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pending', sa.String(length=16), nullable=True),
    sa.Column('two_factor', sa.Boolean(), nullable=False),
    sa.Column('posts', sa.String(length=64), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=130), nullable=False),
    sa.Column('end_reason', sa.String(length=16), nullable=True),
    sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False),
    sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True),
    sa.Column('province_id', sa.Integer(), nullable=True),
    sa.Column('city_id', sa.Integer(), nullable=True),
    sa.Column('county_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("end_reason IS NULL OR end_reason IN ('signed_out', 'forced', 'timed_out', 'password', 'disabled', 'factor', 'replaced')", name=op.f('ck_sign_in_session_end_reason')),
    sa.CheckConstraint("kind IN ('browser', 'api')", name=op.f('ck_sign_in_session_kind')),
    sa.CheckConstraint("pending IS NULL OR pending IN ('password', 'factor')", name=op.f('ck_sign_in_session_pending')),
    sa.ForeignKeyConstraint(['city_id'], ['office.id'], name=op.f('fk_sign_in_session_city_id_office')),
    sa.ForeignKeyConstraint(['county_id'], ['office.id'], name=op.f('fk_sign_in_session_county_id_office')),
    sa.ForeignKeyConstraint(['person_id'], ['ab_user.id'], name=op.f('fk_sign_in_session_person_id_ab_user'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['province_id'], ['office.id'], name=op.f('fk_sign_in_session_province_id_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_sign_in_session_digest'))
    )
    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.create_index('ix_sign_in_session_city_id', ['city_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_session_county_id', ['county_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_session_filing_path', ['filing_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_session_person', ['person_id', 'ended_at'], unique=False)
        batch_op.create_index('ix_sign_in_session_province_id', ['province_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_sign_in_session_review_path', ['review_path', 'id'], unique=False, postgresql_include=[])

    with op.batch_alter_table('ab_user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('must_change', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('password_changed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('office_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False, server_default='0.'))
        batch_op.add_column(sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('province_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('city_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('county_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_ab_user_city_id', ['city_id', 'id'], unique=False)
        batch_op.create_index('ix_ab_user_county_id', ['county_id', 'id'], unique=False)
        batch_op.create_index('ix_ab_user_filing_path', ['filing_path', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ab_user_office_id'), ['office_id'], unique=False)
        batch_op.create_index('ix_ab_user_province_id', ['province_id', 'id'], unique=False)
        batch_op.create_index('ix_ab_user_review_path', ['review_path', 'id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_province_id_office'), 'office', ['province_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_county_id_office'), 'office', ['county_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_city_id_office'), 'office', ['city_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_office_id_office'), 'office', ['office_id'], ['id'])

    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_review_path', ['review_path', 'seq'], unique=False)

    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('declared', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('stopped_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('granted_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False, server_default='0.'))
        batch_op.add_column(sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('province_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('city_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('county_id', sa.Integer(), nullable=True))
        batch_op.drop_index(batch_op.f('uq_jurisdiction_grant_holder'))
        batch_op.create_index('uq_jurisdiction_grant_holder', ['holder_path', 'relation', 'how', 'where_path', 'since'], unique=True)
        batch_op.create_index('ix_jurisdiction_grant_city_id', ['city_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_jurisdiction_grant_county_id', ['county_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_jurisdiction_grant_filing_path', ['filing_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_jurisdiction_grant_province_id', ['province_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_jurisdiction_grant_review_path', ['review_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_granted_by_id_office'), 'office', ['granted_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_province_id_office'), 'office', ['province_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_city_id_office'), 'office', ['city_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_county_id_office'), 'office', ['county_id'], ['id'])

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_by', sa.String(length=80), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('ended_by', sa.String(length=80), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('ended_because', sa.String(length=200), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False, server_default='0.'))
        batch_op.add_column(sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('province_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('city_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('county_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_post_city_id', ['city_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_post_county_id', ['county_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_post_filing_path', ['filing_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_post_province_id', ['province_id', 'id'], unique=False, postgresql_include=[])
        batch_op.create_index('ix_post_review_path', ['review_path', 'id'], unique=False, postgresql_include=[])
        batch_op.create_foreign_key(batch_op.f('fk_post_city_id_office'), 'office', ['city_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_post_province_id_office'), 'office', ['province_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_post_county_id_office'), 'office', ['county_id'], ['id'])

    for statement in CARRY_OVER:
        op.execute(statement)
    with op.batch_alter_table('ab_user', schema=None) as batch_op:
        batch_op.alter_column('must_change', server_default=None)
        batch_op.alter_column('review_path', server_default=None)
    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.alter_column('declared', server_default=None)
        batch_op.alter_column('review_path', server_default=None)
        batch_op.create_check_constraint(op.f('ck_jurisdiction_grant_until_not_before'), 'until IS NULL OR until >= since')
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.alter_column('given_by', server_default=None)
        batch_op.alter_column('ended_by', server_default=None)
        batch_op.alter_column('ended_because', server_default=None)
        batch_op.alter_column('review_path', server_default=None)
        batch_op.create_check_constraint(op.f('ck_post_until_not_before'), 'until IS NULL OR until >= since')
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_stored_file_content_type'), type_='check')
        batch_op.create_check_constraint(op.f('ck_stored_file_content_type'), "content_type IN ('application/pdf', 'image/jpeg', 'image/png', 'application/ofd')")
        batch_op.create_check_constraint(op.f('ck_stored_file_obj'), "obj IN ('survey', 'material')")


def downgrade() -> None:
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_stored_file_content_type'), type_='check')
        batch_op.create_check_constraint(op.f('ck_stored_file_content_type'), "content_type IN ('application/pdf', 'image/jpeg', 'image/png')")
        batch_op.drop_constraint(op.f('ck_stored_file_obj'), type_='check')
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_post_until_not_before'), type_='check')
    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_jurisdiction_grant_until_not_before'), type_='check')
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_post_county_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_post_province_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_post_city_id_office'), type_='foreignkey')
        batch_op.drop_index('ix_post_review_path', postgresql_include=[])
        batch_op.drop_index('ix_post_province_id', postgresql_include=[])
        batch_op.drop_index('ix_post_filing_path', postgresql_include=[])
        batch_op.drop_index('ix_post_county_id', postgresql_include=[])
        batch_op.drop_index('ix_post_city_id', postgresql_include=[])
        batch_op.drop_column('county_id')
        batch_op.drop_column('city_id')
        batch_op.drop_column('province_id')
        batch_op.drop_column('filing_path')
        batch_op.drop_column('review_path')
        batch_op.drop_column('ended_because')
        batch_op.drop_column('ended_by')
        batch_op.drop_column('ended_at')
        batch_op.drop_column('given_by')

    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_county_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_city_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_province_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_granted_by_id_office'), type_='foreignkey')
        batch_op.drop_index('ix_jurisdiction_grant_review_path', postgresql_include=[])
        batch_op.drop_index('ix_jurisdiction_grant_province_id', postgresql_include=[])
        batch_op.drop_index('ix_jurisdiction_grant_filing_path', postgresql_include=[])
        batch_op.drop_index('ix_jurisdiction_grant_county_id', postgresql_include=[])
        batch_op.drop_index('ix_jurisdiction_grant_city_id', postgresql_include=[])
        batch_op.drop_index('uq_jurisdiction_grant_holder')
        batch_op.create_index(batch_op.f('uq_jurisdiction_grant_holder'), ['holder_path', 'relation', 'how', 'where_path'], unique=1)
        batch_op.drop_column('county_id')
        batch_op.drop_column('city_id')
        batch_op.drop_column('province_id')
        batch_op.drop_column('filing_path')
        batch_op.drop_column('review_path')
        batch_op.drop_column('granted_by_id')
        batch_op.drop_column('stopped_on')
        batch_op.drop_column('declared')

    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_review_path')

    with op.batch_alter_table('ab_user', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_ab_user_office_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ab_user_city_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ab_user_county_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ab_user_province_id_office'), type_='foreignkey')
        batch_op.drop_index('ix_ab_user_review_path')
        batch_op.drop_index('ix_ab_user_province_id')
        batch_op.drop_index(batch_op.f('ix_ab_user_office_id'))
        batch_op.drop_index('ix_ab_user_filing_path')
        batch_op.drop_index('ix_ab_user_county_id')
        batch_op.drop_index('ix_ab_user_city_id')
        batch_op.drop_column('county_id')
        batch_op.drop_column('city_id')
        batch_op.drop_column('province_id')
        batch_op.drop_column('filing_path')
        batch_op.drop_column('review_path')
        batch_op.drop_column('office_id')
        batch_op.drop_column('password_changed_at')
        batch_op.drop_column('must_change')

    with op.batch_alter_table('sign_in_session', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_in_session_review_path', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_session_province_id', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_session_person')
        batch_op.drop_index('ix_sign_in_session_filing_path', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_session_county_id', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_session_city_id', postgresql_include=[])

    op.drop_table('sign_in_session')
    with op.batch_alter_table('sign_in_record', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_in_record_review_path', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_record_province_id', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_record_person')
        batch_op.drop_index('ix_sign_in_record_filing_path', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_record_county_id', postgresql_include=[])
        batch_op.drop_index('ix_sign_in_record_city_id', postgresql_include=[])
        batch_op.drop_index(batch_op.f('ix_sign_in_record_at'))

    op.drop_table('sign_in_record')
    op.drop_table('second_factor')
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recovery_code_person_id'))

    op.drop_table('recovery_code')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index('uq_invitation_open', sqlite_where=sa.text('used_at IS NULL AND revoked_at IS NULL'), postgresql_where=sa.text('used_at IS NULL AND revoked_at IS NULL'))
        batch_op.drop_index('ix_invitation_review_path', postgresql_include=[])
        batch_op.drop_index('ix_invitation_province_id', postgresql_include=[])
        batch_op.drop_index(batch_op.f('ix_invitation_person_id'))
        batch_op.drop_index('ix_invitation_filing_path', postgresql_include=[])
        batch_op.drop_index('ix_invitation_county_id', postgresql_include=[])
        batch_op.drop_index('ix_invitation_city_id', postgresql_include=[])

    op.drop_table('invitation')
    with op.batch_alter_table('former_password', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_former_password_person_id'))

    op.drop_table('former_password')
    with op.batch_alter_table('sign_in_lock', schema=None) as batch_op:
        batch_op.drop_index('uq_sign_in_lock_account')
        batch_op.drop_index(batch_op.f('ix_sign_in_lock_since'))

    op.drop_table('sign_in_lock')
    with op.batch_alter_table('posted_form', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_posted_form_created_at'))

    op.drop_table('posted_form')
