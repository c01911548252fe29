"""How secrets are kept: by their hash alone."""

from hashlib import sha256


def hashed(secret: str) -> str:
    """What is kept of a token or a code."""
    return sha256(secret.encode()).hexdigest()
