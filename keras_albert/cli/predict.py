"""keras-albert predict."""


def predict() -> None:
    """."""
