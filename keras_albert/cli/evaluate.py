"""keras-albert evaluate."""


def evaluate() -> None:
    """."""
