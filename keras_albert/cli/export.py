"""keras-albert export."""


def export() -> None:
    """."""
