"""Fine-tuning a pretrained model on a task."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.benchmarks import SETTINGS_FILE, task_named
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.hub_datasets import read_examples
from keras_albert.convert import is_foreign, open_checkpoint
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.folder_lock import folder_lock
from keras_albert.models import AlbertBackbone
from keras_albert.models.presets.from_preset import CONFIG_FILE, tokenizer_folder
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.training.determinism import deterministic_operations
from keras_albert.training.evaluation.depth_curve import depth_curve
from keras_albert.training.finetuning.class_weights import weighted
from keras_albert.training.finetuning.fewer_layers import fewer_layers
from keras_albert.training.finetuning.finetune_recipe import load_finetune_recipe, scaled_settings
from keras_albert.training.finetuning.finetune_result import (
    count_of,
    is_better,
    result_of,
    without_nan,
)
from keras_albert.training.finetuning.finetune_seed import FinetuneData, FinetuneSeed
from keras_albert.training.finetuning.finetune_state import FinetuneState, finetune_identity
from keras_albert.training.recipe import FinetuneSettings
from keras_albert.training.versions import versions

LABELS_FILE = "labels.json"
ADAPTERS_FILE = "adapters.lora.h5"
Progress = Callable[[int, int, Mapping[str, float]], None]


def finetune(
    model: str | Path,
    train: str | Path,
    validation: str | Path,
    output: str | Path,
    *,
    task: str | FinetuneTask = "text-classification",
    settings: FinetuneSettings | None = None,
    recipe: str | Path | None = None,
    from_scratch: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
    message: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Fine-tunes a model on a task, once a seed, and keeps the best.

    A seed decides the new head's weights, the order of the examples and dropout. After each epoch
    the validation examples are answered; the weights of the best epoch of the best seed are saved.
    Because that choice is made on the validation examples, their figures are a little too high:
    the result also has each seed's last epoch, which nothing chose. A seed that collapsed (the
    same answer to everything, nothing above the best constant answer, a loss that is not finite)
    is named in "collapsed" and is kept only where no other is left.

    Called again with the same arguments after a crash, a SIGKILL or a Ctrl-C, it goes on after the
    last epoch that was finished, from `OUTPUT.unfinished/`, and ends with the same weights.

    OUTPUT holds `model/`, a preset folder with the task in `finetune_task.json` and label names in
    `labels.json`; `metrics.json` with the result; `predictions.jsonl` with the saved model's
    answers to the validation examples; `versions.json`; after training adapters
    (`settings.lora`), which `model/` has added to its weights, `adapters.lora.h5` with them alone,
    for `backbone.load_lora_weights` of the model they were trained on.

    Args:
        model: a run's folder, a preset folder or a preset's name.
        train: what to learn from, in the task's file format; or a set by name, "datasets:train",
            see `benchmarks.hub_datasets.read_examples`.
        validation: what to choose and measure with.
        output: the folder to make.
        task: its name, see `tasks.task_names`, or a task.
        settings: learning rate, epochs, seeds, ...; what is set explicitly goes before a recipe.
        recipe: a fine-tuning recipe's name or file; by default the task's, where it has one.
        from_scratch: same architecture and tokenizer, random weights: what pretraining is
            compared with.
        skip_bad: leave out examples that cannot be used, and say so.
        progress: called after every update with (step, steps of all seeds, values).
        message: is given lines for people: what is resumed, left out or collapsed.

    Returns:
        {"main_metric", "metrics" (of the saved model), "accuracy", "correct", "n", "interval"
        (where answers are right or wrong), "layers", "depths" (of an elastic training, as
        `depth_curve` gives them), "best_seed", "best_epoch", "last_epoch": {"mean",
        "standard_deviation", "values"}, "best_epochs": {the same}, "chance", "collapsed",
        "skipped", "labels", "threshold", "seeds": [...], "settings", ...}: what metrics.json holds.

    Raises:
        InputError: the model, a file, an example or a setting cannot be used (file and line are
            named); the folder was begun with other settings; another process is fine-tuning there;
            or no seed has a finite loss and finite weights.
    """
    with folder_lock(output):
        return _finetune(
            model,
            {"train": train, "validation": validation},
            Path(output),
            task_named(task) if isinstance(task, str) else task,
            settings or FinetuneSettings(),
            recipe=recipe,
            from_scratch=from_scratch,
            skip_bad=skip_bad,
            progress=progress,
            say=message or (lambda line: None),
        )


def _finetune(
    model: str | Path,
    paths: Mapping[str, str | Path],
    output: Path,
    task: FinetuneTask,
    settings: FinetuneSettings,
    *,
    recipe: str | Path | None,
    from_scratch: bool,
    skip_bad: bool,
    progress: Progress | None,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """`finetune`, while no other process writes there."""
    parts = _read(task, paths, skip_bad, say)
    settings = _settled(settings, task, recipe, model, len(parts["train"]))
    if settings.lora is not None and from_scratch:
        raise InputError(
            "lora leaves the network's weights as they are, and from_scratch makes them random: "
            "leave one of both out."
        )
    with files.write_directory_aside(output) as aside:
        identity = finetune_identity(
            settings,
            task,
            {
                "model": Path(tokenizer_folder(model)),
                "train": parts["train"].path,
                "validation": parts["validation"].path,
            },
            from_scratch,
        )
        state = FinetuneState.open(output.resolve(), identity, say)
        tokenizer = load_tokenizer(model)
        data: FinetuneData | None = None
        seed: FinetuneSeed | None = None
        for number, value in enumerate(settings.seeds):
            if number < len(state.runs) and (seed or number < len(settings.seeds) - 1):
                continue  # done before; the last one is built all the same, to be saved from
            with deterministic_operations(value):
                built = _build(task, model, tokenizer, settings, from_scratch)
                data = data or _encoded(task, built, parts, settings)
                seed = FinetuneSeed(built, data, settings, value)
                if number < len(state.runs):
                    break
                state.resume(seed)
                total = seed.total_steps * len(settings.seeds)
                done = seed.total_steps * number
                for _ in seed.epochs(
                    lambda step, values, done=done, total=total: (  # type: ignore[misc]
                        progress(done + step, total, values) if progress else None
                    )
                ):
                    state.save_epoch(seed)
            state.finish_seed(seed, is_better(seed.state.run, state.best_run, task.main_metric))
        if seed is None or data is None or state.best_seed is None:
            state.remove()  # nothing can go on from it
            raise InputError(
                "No seed of this fine-tuning has a finite loss and finite weights: lower "
                "learning_rate. Nothing of it is kept."
            )
        run = next(run for run in state.runs if run["seed"] == state.best_seed)
        task.threshold = run.get("threshold")
        seed.model.set_weights(state.best)
        _save(aside, seed.model, task)
        answers = data.answers(seed.model, min(settings.batch_size, len(data.train)))
        files.write_json_lines(aside / "predictions.jsonl", answers)
        result = {
            **result_of(task, state.runs, run),
            "task": task.name,
            "from_scratch": from_scratch,
            "labels": task.labels,
            "threshold": task.threshold,
            "counts": {name: count_of(part) for name, part in parts.items()},
            "chance": data.chance,
            "skipped": {name: part.skipped for name, part in parts.items() if part.skipped},
            "settings": settings.model_dump(mode="json"),
            "layers": seed.model.backbone.num_layers,
            "files": {"model": str(model), **{name: str(path) for name, path in paths.items()}},
        }
        if settings.elastic is not None:
            depths = tuple(range(settings.elastic.min_depth, result["layers"] + 1))
            size = min(settings.batch_size, len(data.train))
            result["depths"] = depth_curve(
                task, seed.model, data.examples, data.validation, depths, size
            )
        result = without_nan(result)
        files.write_json(aside / "metrics.json", result)
        files.write_json(aside / "versions.json", versions())
    state.remove()
    for line in result["collapsed"]:
        say(f"Warning: {line}")
    return result


def _read(
    task: FinetuneTask, paths: Mapping[str, str | Path], skip_bad: bool, say: Callable[[str], None]
) -> dict[str, Examples]:
    """The examples of both files, the task's labels learned from the first."""
    parts = {name: read_examples(task, path, skip_bad=skip_bad) for name, path in paths.items()}
    task.learn(parts["train"])
    for line in task.notes():
        say(line)
    for name, part in parts.items():
        problems = [task.problem(item) for item in part.items]
        bad = [problem for problem in problems if problem is not None]
        if bad and not skip_bad:
            raise InputError(bad[0])
        if len(bad) == len(part):
            raise InputError(f"{part.path} holds no example that can be used: {bad[0]}")
        kept = [item for item, why in zip(part.items, problems, strict=True) if why is None]
        parts[name] = replace(part, items=kept, skipped=[*part.skipped, *bad])
        for line in parts[name].skipped:
            say(f"Left out: {line}")
    return parts


def _settled(
    settings: FinetuneSettings,
    task: FinetuneTask,
    recipe: str | Path | None,
    model: str | Path,
    examples: int,
) -> FinetuneSettings:
    """The settings with the recipe's or the task's for what was not given.

    Raises:
        InputError: a length was given and is more than the model has positions for.
    """
    given = "sequence_length" in settings.model_fields_set
    recipe = recipe or task.recipe
    if recipe is not None:
        settings = scaled_settings(load_finetune_recipe(recipe), settings, examples)
    elif not given:
        settings = settings.model_copy(update={"sequence_length": task.sequence_length})
    folder = Path(tokenizer_folder(model))
    if is_foreign(folder):  # a file, too: an archive or a TF1 checkpoint's prefix
        with open_checkpoint(folder) as checkpoint:
            config = checkpoint.backbone
    elif not folder.is_dir():  # an address that only KerasHub reads: it checks its inputs itself
        return settings
    else:
        config = read_json(folder / CONFIG_FILE)["config"]
    positions = config.get("max_sequence_length", settings.sequence_length)
    if settings.sequence_length <= positions:
        return settings
    if given:
        raise InputError(
            f"sequence_length={settings.sequence_length} is more than the {positions} positions "
            f"of {model}: lower it."
        )
    return settings.model_copy(update={"sequence_length": positions})


def _build(
    task: FinetuneTask,
    model: str | Path,
    tokenizer: Any,
    settings: FinetuneSettings,
    from_scratch: bool,
) -> Any:
    changes: dict[str, Any] = {} if settings.depth is None else fewer_layers(model, settings.depth)
    if settings.backbone_dropout is not None:
        changes |= dict.fromkeys(("hidden_dropout", "attention_dropout"), settings.backbone_dropout)
    backbone = AlbertBackbone.from_preset(
        str(model), load_weights=not from_scratch, dtype=settings.precision, **changes
    )
    built = task.build(
        backbone, tokenizer, sequence_length=settings.sequence_length, dropout=settings.dropout
    )
    if settings.lora is not None:
        built.backbone.enable_lora(settings.lora.rank)
    return built


def _encoded(
    task: FinetuneTask, model: Any, parts: Mapping[str, Examples], settings: FinetuneSettings
) -> FinetuneData:
    train = task.encode(model, parts["train"], training=True)
    if settings.class_weights is not None:
        weights = weighted(train.y, train.sample_weight, task.labels, settings.class_weights)
        train = replace(train, sample_weight=weights)
    return FinetuneData(
        task,
        train,
        parts["validation"],
        task.encode(model, parts["validation"]),
        task.chance(parts["train"], parts["validation"]),
    )


def _save(aside: Path, model: Any, task: FinetuneTask) -> None:
    model.save_to_preset(str(aside / "model"))
    files.write_json(aside / "model" / SETTINGS_FILE, task.settings())
    if getattr(model.backbone, "_lora_enabled_layers", None):
        model.backbone.save_lora_weights(str(aside / ADAPTERS_FILE))
    if task.labels is not None:
        files.write_json(aside / "model" / LABELS_FILE, task.labels)
