"""The options --exit and --exit-criterion of `keras-albert predict`."""

from typing import Any

from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.options import check_choice
from keras_albert.errors import InputError


def exit_predictor(model: str, exit_at: str, exit_criterion: str | None) -> Any:
    """What answers texts whose rows leave the layers when they are sure.

    Args:
        model: a trained model's folder.
        exit_at: "auto", for what `tune-exit` left in the folder, or a threshold.
        exit_criterion: what the threshold is; None for "confidence".

    Raises:
        InputError: the options do not go together, or the model has no single answer a row.
    """
    with quiet_imports():
        from keras_albert.inference.early_exit.exit_predictor import ExitPredictor
        from keras_albert.inference.early_exit.exit_rule import CRITERIA, ExitRule
    if exit_criterion is not None:
        check_choice("--exit-criterion", exit_criterion, CRITERIA)
    if exit_at == "auto":
        if exit_criterion is not None:
            raise InputError(
                "--exit auto takes the criterion that tune-exit chose; leave --exit-criterion out."
            )
        return ExitPredictor(model)
    try:
        threshold = float(exit_at)
    except ValueError:
        raise InputError(f"--exit {exit_at} is neither auto nor a number such as 0.99.") from None
    return ExitPredictor(model, ExitRule(exit_criterion or "confidence", threshold))
