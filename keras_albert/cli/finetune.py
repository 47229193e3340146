"""keras-albert finetune."""


def finetune() -> None:
    """."""
