"""The options of `web` and `sample`: parsing them loads neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def web_options(sub: argparse.ArgumentParser) -> None:
    """Where the page is served."""
    where = "where to listen: 0.0.0.0, or an address, for the home network (default: this machine alone)"
    sub.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help=where)
    sub.add_argument("--port", metavar="N", type=int, default=8321, help="the port (default: 8321)")
    sub.add_argument("--cert", metavar="FILE", help="a certificate of your own for HTTPS (default: one that is made)")
    sub.add_argument("--key", metavar="FILE", help="the certificate's key")
    sub.add_argument("--sample", action="store_true", help="show made-up nights instead of the person's own")


def sample_options(sub: argparse.ArgumentParser) -> None:
    """How many nights are made up."""
    sub.add_argument("--nights", metavar="N", type=int, default=365, help="how many (default: 365)")
    sub.add_argument("--seed", metavar="N", type=int, default=1, help="of the dice (default: 1)")


def restore_options(sub: argparse.ArgumentParser) -> None:
    """Which archive is brought in."""
    sub.add_argument("file", metavar="FILE", help="as the page gives it: bedside-everything.jsonl.gz")
