"""people and signing

Revision: 0002
Follows: 0001
Made: 2026-11-23 23:12:35.990912
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
    with op.batch_alter_table('ab_user', schema=None) as batch_op:
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
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_city_id_office'), 'office', ['city_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_province_id_office'), 'office', ['province_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_office_id_office'), 'office', ['office_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_ab_user_county_id_office'), 'office', ['county_id'], ['id'])

    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False, server_default='0.'))
        batch_op.add_column(sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('province_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('city_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('county_id', sa.Integer(), nullable=True))
        batch_op.drop_index(batch_op.f('uq_jurisdiction_grant_holder'))
        batch_op.create_index('uq_jurisdiction_grant_holder', ['holder_path', 'relation', 'how', 'where_path', 'since'], unique=True)
        batch_op.create_index('ix_jurisdiction_grant_city_id', ['city_id', 'id'], unique=False)
        batch_op.create_index('ix_jurisdiction_grant_county_id', ['county_id', 'id'], unique=False)
        batch_op.create_index('ix_jurisdiction_grant_filing_path', ['filing_path', 'id'], unique=False)
        batch_op.create_index('ix_jurisdiction_grant_province_id', ['province_id', 'id'], unique=False)
        batch_op.create_index('ix_jurisdiction_grant_review_path', ['review_path', 'id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_county_id_office'), 'office', ['county_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_province_id_office'), 'office', ['province_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_jurisdiction_grant_city_id_office'), 'office', ['city_id'], ['id'])

    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=False, server_default='0.'))
        batch_op.add_column(sa.Column('filing_path', sa.String(length=64).with_variant(sa.String(length=64, collation='C'), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('province_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('city_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('county_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_post_city_id', ['city_id', 'id'], unique=False)
        batch_op.create_index('ix_post_county_id', ['county_id', 'id'], unique=False)
        batch_op.create_index('ix_post_filing_path', ['filing_path', 'id'], unique=False)
        batch_op.create_index('ix_post_province_id', ['province_id', 'id'], unique=False)
        batch_op.create_index('ix_post_review_path', ['review_path', 'id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_post_city_id_office'), 'office', ['city_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_post_county_id_office'), 'office', ['county_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_post_province_id_office'), 'office', ['province_id'], ['id'])

    for statement in CARRY_OVER:
        op.execute(statement)
    with op.batch_alter_table('ab_user', schema=None) as batch_op:
        batch_op.alter_column('review_path', server_default=None)
    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.alter_column('review_path', server_default=None)
        batch_op.create_check_constraint(op.f('ck_jurisdiction_grant_until_not_before'), 'until IS NULL OR until >= since')
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.alter_column('review_path', server_default=None)
        batch_op.create_check_constraint(op.f('ck_post_until_not_before'), 'until IS NULL OR until >= since')


def downgrade() -> None:
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_post_until_not_before'), type_='check')
    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_jurisdiction_grant_until_not_before'), type_='check')
    with op.batch_alter_table('post', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_post_province_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_post_county_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_post_city_id_office'), type_='foreignkey')
        batch_op.drop_index('ix_post_review_path')
        batch_op.drop_index('ix_post_province_id')
        batch_op.drop_index('ix_post_filing_path')
        batch_op.drop_index('ix_post_county_id')
        batch_op.drop_index('ix_post_city_id')
        batch_op.drop_column('county_id')
        batch_op.drop_column('city_id')
        batch_op.drop_column('province_id')
        batch_op.drop_column('filing_path')
        batch_op.drop_column('review_path')

    with op.batch_alter_table('jurisdiction_grant', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_city_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_province_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_jurisdiction_grant_county_id_office'), type_='foreignkey')
        batch_op.drop_index('ix_jurisdiction_grant_review_path')
        batch_op.drop_index('ix_jurisdiction_grant_province_id')
        batch_op.drop_index('ix_jurisdiction_grant_filing_path')
        batch_op.drop_index('ix_jurisdiction_grant_county_id')
        batch_op.drop_index('ix_jurisdiction_grant_city_id')
        batch_op.drop_index('uq_jurisdiction_grant_holder')
        batch_op.create_index(batch_op.f('uq_jurisdiction_grant_holder'), ['holder_path', 'relation', 'how', 'where_path'], unique=1)
        batch_op.drop_column('county_id')
        batch_op.drop_column('city_id')
        batch_op.drop_column('province_id')
        batch_op.drop_column('filing_path')
        batch_op.drop_column('review_path')

    with op.batch_alter_table('ab_user', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_ab_user_county_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ab_user_office_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ab_user_province_id_office'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_ab_user_city_id_office'), type_='foreignkey')
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
