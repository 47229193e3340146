"""Export to a page that runs the model in the browser."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.export.card import write_card
from keras_albert.export.exporting import export
from keras_albert.export.sample_texts import SAMPLE_TEXTS
from keras_albert.export.web.web_site import RUNTIME, check_tokenizer, write_site
from keras_albert.files import read_json, write_directory_aside
from keras_albert.models.presets.from_preset import TASK_FILE, preset_folder, saved_class
from keras_albert.runtime.task_kinds import TASK_KINDS, kind_named, kind_of_class

WEB_QUANTIZATIONS = (None, "float16", "int8")
_MASKED = ("The [MASK] is updated.", "Tables are grouped into [MASK].")
_QUESTION = (
    "What does VACUUM reclaim?",
    "VACUUM reclaims storage occupied by dead tuples. In normal PostgreSQL operation, tuples that "
    "are deleted or obsoleted by an update are not physically removed from their table.",
)


def export_web(
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None = "int8",
    sequence_length: int | None = None,
    depth: int | None = None,
    texts: Sequence[str] | None = None,
    data: str | Path | None = None,
    examples: Sequence[Any] | None = None,
    runtime: str | Path | None = None,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Writes a folder of static files: a page that answers texts, and all it needs.

    Any web server can hand it out; no code runs there. The page has the model in ONNX, ONNX
    Runtime for the web (from npm, pinned by checksum) and the tokenizer in JavaScript; it shows
    masked words, classes with probabilities, or the answer to a question, with a choice of depth
    and the milliseconds. A classifier and a pretrainer take a second text, too; of two texts, the
    latter says whether they are in order. After the first load it works without a network.

    Before it returns, the ONNX model is verified as `export_onnx` does, and the page's tokenizer,
    run by Node.js, must cut texts as the Python one does.

    Args:
        model_dir: a preset folder, a run's folder or a shipped preset's name.
        output: the folder to make.
        quantize: see `export_onnx`. "int8", the default, takes least to load.
        sequence_length: S, the most tokens a row takes; by default the preprocessor's.
        depth: a fixed number of layers; by default there is a slider where layers share all
            weights.
        texts: what to verify with; by default sentences that come with the package.
        data: labelled examples, see `exporting.export`.
        examples: texts (or pairs) that the page offers to try.
        runtime: the npm archive of onnxruntime-web at the pinned version; by default npm fetches
            it.
        replace: whether an existing output gives way.
        progress: called with a line about every stage.

    Returns:
        The card: "first_load" (files and bytes), "first_load_bytes", and the ONNX model's card.

    Raises:
        InputError: a task the page cannot show, or see `export_onnx`; then nothing is left.
    """
    say = progress or (lambda _: None)
    if quantize not in WEB_QUANTIZATIONS:
        raise InputError(
            f"Unknown quantization {quantize!r} for web; expected one of "
            f"{', '.join(map(repr, WEB_QUANTIZATIONS))}."
        )
    _check_task(model_dir)
    with (
        write_directory_aside(output, replace=replace) as target,
        tempfile.TemporaryDirectory(prefix="keras-albert-web-") as scratch,
    ):
        source = Path(scratch, "onnx")
        model = export(
            "onnx",
            model_dir,
            source,
            quantize=quantize,
            sequence_length=sequence_length,
            depth=depth,
            texts=texts,
            data=data,
            progress=progress,
        )
        task = read_json(source / "model.json")["task"]
        if examples is None:
            examples = _examples(task, texts)
        say("writing the page")
        loaded = write_site(source, target, examples, runtime)
        say("cutting texts into pieces by the page's tokenizer")
        sentences = list(SAMPLE_TEXTS if texts is None else texts)
        turned = sentences[1:] + sentences[:1]
        rows = [(text, None) for text in [*sentences, "", " ".join(sentences)]]
        compared = check_tokenizer(source, target, [*rows, *zip(sentences, turned, strict=True)])
        card = {
            **model,
            "format": "web",
            "first_load_bytes": sum(loaded.values()),
            "first_load": loaded,
            "rows_tokenized_alike": compared,
            "runtime": f"{RUNTIME.name} {RUNTIME.version}",
        }
        write_card(target, card)
    return card


def _check_task(model_dir: str | Path) -> None:
    """Before anything is written: the page can show what this model answers."""
    folder = preset_folder(model_dir, download=False)
    if folder is None or "://" in folder:
        return  # `export` says what is wrong.
    found = saved_class(Path(folder) / TASK_FILE)
    kind = None if found is None else kind_of_class(found)
    if kind is not None and not kind.on_the_web:
        raise InputError(
            f"{model_dir} holds a model of the kind {kind.name}, which the page cannot show; it "
            "shows "
            f"{', '.join(name for name, kind in TASK_KINDS.items() if kind.on_the_web)}."
        )


def _examples(task: str, texts: Sequence[str] | None) -> list[Any]:
    kind = kind_named(task)
    if kind.answers_questions:
        return [list(_QUESTION)]
    if kind.predicts_masks:
        return list(_MASKED)
    return list(SAMPLE_TEXTS[:3] if texts is None else texts[:3])
