"""Alembic's entry: runs the revisions on the connection that `migrate.py` hands over, in its transaction."""

from alembic import context

from vdxmedia.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
