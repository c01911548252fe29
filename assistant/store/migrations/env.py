"""How Alembic runs: on the connection, and inside the transaction, that the store hands over."""

from alembic import context

from assistant.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # on SQLite too, since the store begins its transactions itself
)
with context.begin_transaction():
    context.run_migrations()
