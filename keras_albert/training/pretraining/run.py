"""Pretraining: recipe -> model -> fit -> a run's folder, resumable at any moment."""

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from keras_albert import files, presets_index
from keras_albert.data.masking import MaskingOptions
from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
from keras_albert.errors import InputError, suggest
from keras_albert.folder_lock import folder_lock
from keras_albert.models import AlbertBackbone, AlbertPretrainer, AlbertPretrainerPreprocessor
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer
from keras_albert.training.checkpoints import (
    Checkpoint,
    Checkpoints,
    model_state,
    not_finite,
    restore_model_state,
)
from keras_albert.training.determinism import deterministic_operations
from keras_albert.training.interruption import interruption
from keras_albert.training.optimizer_factory import make_optimizer
from keras_albert.training.pretraining.distribution import spread_over_devices
from keras_albert.training.pretraining.going_back import advice, go_back
from keras_albert.training.pretraining.pipeline_errors import own_errors
from keras_albert.training.pretraining.pretraining_callback import PretrainingCallback, Progress
from keras_albert.training.pretraining.training_log import TrainingLog, read_metrics
from keras_albert.training.recipe import Recipe, load_recipe
from keras_albert.training.resumption import check_unchanged, run_identity
from keras_albert.training.versions import versions


@dataclass(frozen=True)
class PretrainingResult:
    """How a call of `pretrain` ended.

    Attributes:
        step: updates made, those of earlier processes included.
        completed: whether that is all of them; false after Ctrl-C.
        model: RUN/model, or None where the run is not completed.
        metrics: the last line of metrics.jsonl.
    """

    step: int
    completed: bool
    model: Path | None
    metrics: Mapping[str, Any]


def pretrain(
    recipe: Recipe | str | Path,
    data_directory: str | Path,
    output: str | Path,
    *,
    tokenizer: AlbertTokenizer | WordPieceTokenizer | str | Path | None = None,
    progress: Progress | None = None,
    message: Callable[[str], None] | None = None,
    keep_checkpoints: int = 2,
    from_step: int | None = None,
    rate_factor: float | None = None,
) -> PretrainingResult:
    """Pretrains a model, or goes on with a run that was stopped.

    Called again with the same arguments after a crash, a SIGKILL or a Ctrl-C, it goes on from the
    last checkpoint and ends with the weights that an uninterrupted run ends with, bit for bit: on
    the same backend, versions, machine and number of devices and threads.

    No weights are saved that are not finite. A run that blew up would do so again: `from_step` and
    `rate_factor` let it go on from an earlier checkpoint at a lower rate, which is written to
    `changes.json` and holds for all later calls.

    OUTPUT holds `recipe.json`, `versions.json`, `metrics.jsonl`, `loss.png`, `tensorboard/`,
    `checkpoints/` and at the end `model/`, a preset folder for `AlbertPretrainer.from_preset`.

    Args:
        recipe: a `Recipe`, the name of one or a file.
        data_directory: a token store.
        output: the run's folder; made where it is missing.
        tokenizer: the one the store was made with, or where it is kept; by default the copy in
            the store's `tokenizer/`.
        progress: called after every update with (step, total steps, latest values).
        message: is given lines for people: what is resumed, what was damaged.
        keep_checkpoints: how many of the newest checkpoints are kept.
        from_step: go on from the checkpoint of this step, 0 for the beginning; by default from the
            newest. Later ones are removed. Given again, the run goes on where it stopped.
        rate_factor: from there on, the learning rate is the recipe's times this.

    Raises:
        InputError: the recipe, the store, the tokenizer or the folder cannot be used, do not fit
            together, or differ from those the run was begun with; another process writes to the
            folder; or the loss or the weights are not finite.
    """
    message = message or (lambda line: None)
    recipe = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    output = Path(output)
    _check_output(output)
    with folder_lock(output, within=True):
        return _pretrain(
            *(recipe, data_directory, output, tokenizer, progress, message),
            Checkpoints(output / "checkpoints", keep_checkpoints),
            (from_step, rate_factor),
        )


def _pretrain(
    recipe: Recipe,
    data_directory: str | Path,
    output: Path,
    tokenizer: AlbertTokenizer | WordPieceTokenizer | str | Path | None,
    progress: Progress | None,
    message: Callable[[str], None],
    checkpoints: Checkpoints,
    change: tuple[int | None, float | None],
) -> PretrainingResult:
    """`pretrain`, while no other process writes to the folder."""
    if tokenizer is None or isinstance(tokenizer, str | Path):
        tokenizer = load_tokenizer(tokenizer or Path(data_directory) / "tokenizer")
    store = TokenStore(data_directory, tokenizer.fingerprint)
    data = _pretraining_data(recipe, store, tokenizer)
    identity = run_identity(recipe, store)
    checkpoint = checkpoints.latest(message)
    if checkpoint is not None:
        check_unchanged(identity, checkpoint.record, output, message)
    checkpoint, factor = go_back(output, checkpoints, checkpoint, *change, message)

    def how_to_go_on() -> str:
        return advice(checkpoints.steps(), factor)

    if checkpoint is not None and (broken := not_finite(checkpoint.arrays)):
        earlier = [step for step in checkpoints.steps() if step < checkpoint.step]
        raise InputError(
            f"{_count(broken, checkpoint.arrays)} of the checkpoint of step {checkpoint.step} in "
            f"{output} are not finite: nothing can go on from it. Go on from an earlier one, with "
            f"--from-step {earlier[-1] if earlier else 0} --rate-factor {factor / 2:g}."
        )
    changed = recipe.optimizer.model_copy(
        update={"learning_rate": recipe.optimizer.learning_rate * factor}
    )
    at_rate = recipe.model_copy(update={"optimizer": changed})
    with deterministic_operations(recipe.seed), spread_over_devices(recipe.data.batch_size):
        model = build_pretrainer(at_rate, tokenizer)
        if checkpoint is not None:
            restore_model_state(model, checkpoint.arrays)
            rate = "" if factor == 1 else f", at {factor:g} times the recipe's learning rate"
            message(f"Going on from step {checkpoint.step} of {recipe.total_steps}{rate}.")
        step = checkpoint.step if checkpoint else 0
        output.mkdir(parents=True, exist_ok=True)
        files.write_json(output / "recipe.json", recipe.model_dump(mode="json", exclude_unset=True))
        files.write_json(output / "versions.json", versions())

        def save(step: int, model: keras.Model) -> None:
            arrays = model_state(model)
            if broken := not_finite(arrays):
                raise InputError(
                    f"{_count(broken, arrays)} after step {step} are not finite; they were not "
                    f"saved. {how_to_go_on()}"
                )
            record = {
                "data": data.state_at(step * recipe.gradient_accumulation),
                "identity": identity,
                "versions": versions(),
                "rate_factor": factor,
            }
            checkpoints.save(step, arrays, record)

        if step < recipe.total_steps:
            step = _fit(model, at_rate, data, checkpoint, output, save, progress, how_to_go_on)
    metrics = read_metrics(output / "metrics.jsonl")
    completed = step == recipe.total_steps
    if completed:
        with files.write_directory_aside(output / "model", replace=True) as aside:
            model.save_to_preset(str(aside))
    else:
        message(
            f"Stopped at step {step} of {recipe.total_steps}; everything is saved in {output}. "
            "The same command goes on from here."
        )
    return PretrainingResult(
        step, completed, output / "model" if completed else None, metrics[-1] if metrics else {}
    )


def build_pretrainer(
    recipe: Recipe, tokenizer: AlbertTokenizer | WordPieceTokenizer
) -> AlbertPretrainer:
    """The compiled model of a recipe, with random weights that follow from its seed alone.

    Raises:
        InputError: the architecture is unknown or wrong, or the recipe's sequences are longer than
            it has positions for.
    """
    arguments = _backbone_arguments(recipe)
    positions = arguments.get("max_sequence_length", 512)
    length = recipe.data.sequence_length
    if length > positions:
        raise InputError(
            f"data.sequence_length={length} of recipe {recipe.name!r} is more than the "
            f"{positions} positions of its architecture: lower it, or give an architecture with "
            "a larger max_sequence_length."
        )
    arguments["vocabulary_size"] = tokenizer.vocabulary_size()
    backbone = AlbertBackbone(**arguments, dtype=recipe.precision)
    preprocessor = AlbertPretrainerPreprocessor(
        tokenizer,
        sequence_length=length,
        mask_selection_rate=recipe.data.masking_probability,
        mask_selection_length=recipe.data.max_predictions,
        max_ngram=recipe.data.max_ngram,
        seed=recipe.seed,
    )
    model = AlbertPretrainer(backbone, preprocessor=preprocessor)
    settings = recipe.optimizer
    model.compile(
        optimizer=make_optimizer(
            settings.name,
            learning_rate=settings.learning_rate,
            total_steps=recipe.total_steps,
            warmup_steps=settings.warmup_steps,
            weight_decay=settings.weight_decay,
            clip=settings.clip,
            precision=recipe.precision,
            gradient_accumulation=recipe.gradient_accumulation,
        )
    )
    if recipe.elastic is not None:
        model.train_depths(**recipe.elastic.model_dump())
    return model


def _backbone_arguments(recipe: Recipe) -> dict[str, Any]:
    if isinstance(recipe.architecture, str):
        return dict(presets_index.architecture(recipe.architecture).backbone)
    parameters = inspect.signature(AlbertBackbone.__init__).parameters
    known = set(parameters) - {"self", "kwargs", "vocabulary_size", "dtype"}
    for name in recipe.architecture:
        if name not in known:
            raise InputError(
                f"Recipe {recipe.name!r}: architecture has no argument {name!r}; the vocabulary's "
                f"size and the precision are set elsewhere.{suggest(name, known)}"
            )
    required = {name for name in known if parameters[name].default is inspect.Parameter.empty}
    if missing := sorted(required - set(recipe.architecture)):
        raise InputError(f"Recipe {recipe.name!r}: architecture lacks {', '.join(missing)}.")
    return dict(recipe.architecture)


def _pretraining_data(
    recipe: Recipe, store: TokenStore, tokenizer: AlbertTokenizer | WordPieceTokenizer
) -> PretrainingData:
    settings = recipe.data
    return PretrainingData(
        store,
        tokenizer,
        sequence_length=settings.sequence_length,
        batch_size=settings.batch_size,
        max_predictions=settings.max_predictions,
        seed=recipe.seed,
        masking=MaskingOptions(
            probability=settings.masking_probability,
            max_ngram=settings.max_ngram,
            mode=settings.mode,
        ),
        mode=settings.mode,
        sentence_task=settings.pair_objective,
        short_seq_prob=settings.short_sequence_probability,
        dupe_factor=settings.dupe_factor,
    )


def _count(broken: list[str], arrays: Mapping[str, Any]) -> str:
    """How many arrays are broken, and which is the first."""
    return f"{len(broken)} of {len(arrays)} arrays (the first: {broken[0]})"


def _fit(
    model: AlbertPretrainer,
    recipe: Recipe,
    data: PretrainingData,
    checkpoint: Checkpoint | None,
    output: Path,
    save: Callable[[int, keras.Model], None],
    progress: Progress | None,
    how_to_go_on: Callable[[], str],
) -> int:
    """Runs `fit` to the end or to an interruption; returns the step reached."""
    first = checkpoint.step if checkpoint else 0
    iterator = iter(data)
    if checkpoint is not None:
        iterator.set_state(checkpoint.record["data"])
    log = TrainingLog(output, first)
    try:
        with interruption() as stop:
            callback = PretrainingCallback(
                recipe,
                first,
                log=log.write,
                save=save,
                progress=progress,
                interruption=stop,
                advice=how_to_go_on,
            )
            with own_errors() as kept:
                model.fit_encoded(
                    x=kept(iterator),
                    steps_per_epoch=recipe.batches - first * recipe.gradient_accumulation,
                    callbacks=[callback],
                    shuffle=False,
                    verbose=0,
                )
    finally:
        log.close()
    return callback.step


def _check_output(output: Path) -> None:
    if output.is_file():
        raise InputError(f"{output} is a file; --output names a folder for the run.")
    above = next(folder for folder in output.resolve().parents if folder.exists())
    if not (above.is_dir() and os.access(above, os.W_OK)):
        raise InputError(
            f"{output} cannot be made: {above} is not a folder that can be written to."
        )
    occupied = output.is_dir() and any(
        not path.name.startswith(".lock") for path in output.iterdir()
    )
    if occupied and not (output / "recipe.json").is_file():
        raise InputError(
            f"{output} holds something that is not a pretraining run (it has no recipe.json). "
            "Choose another output folder."
        )
