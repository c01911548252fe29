"""Where an episode comes from, so that a played night is not counted as one that somebody had."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark. Of older episodes only those on a simulated clock are known to be played; the rest stay without."""
    op.add_column("episode", sa.Column("origin", sa.Text()))
    episode = sa.table("episode", sa.column("origin"), sa.column("onset_boot_id"))
    op.execute(episode.update().where(episode.c.onset_boot_id == "simulated").values(origin="script"))
