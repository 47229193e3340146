"""What an artifact must answer: real texts through the source model, on the caller's backend."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_albert.export.named_outputs import (
    INPUTS,
    default_depth,
    named_outputs,
)
from keras_albert.export.sample_texts import SAMPLE_TEXTS
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.packing import MASK, joined_by_mask, mask_positions, pack


@dataclass(frozen=True)
class Reference:
    """A batch and what the source model makes of it.

    Attributes:
        texts: B texts; None where the task reads more than plain texts, and the arrays are asked.
        second_texts: B more for pairs, or None.
        inputs: the arrays the model read.
        outputs: what it answered, by name.
        at_depths: what it answers at other depths.
    """

    texts: list[str] | None
    second_texts: list[str] | None
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    at_depths: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)


def references(
    saved: SavedTask,
    texts: Sequence[str] | None = None,
    depth: int | None = None,
    depths: Sequence[int] = (),
) -> list[Reference]:
    """Runs texts through a task: batches of several sizes and lengths, singles and pairs.

    The ids come from the task's own tokenizer and packing, not from the code that artifacts run.

    Args:
        saved: the task.
        texts: the texts to use; by default the sentences that come with the package.
        depth: how many layers to run; as the task does by default.
        depths: further depths to run.
    """
    batches, long = _batches(saved, texts)
    plain = saved.facts.reads_plain_texts
    inputs = example_inputs(saved, texts)
    # Every new shape costs a backend that compiles seconds, so all short batches run as one, and
    # all long ones; each takes its rows from there.
    short = [k for k, (first, _) in enumerate(batches) if long not in first]
    groups = [short, [k for k in range(len(batches)) if k not in short]]
    found: dict[int, Reference] = {}
    for group in groups:
        arrays = [inputs[k] for k in group]
        answers = _answers(saved, arrays, depth)
        # Other depths on the short batches: they are about the loop, not about lengths.
        asked_at = depths if group is groups[0] else ()
        others = {other: _answers(saved, arrays, other) for other in asked_at}
        for place, k in enumerate(group):
            asked: tuple[Any, Any] = batches[k] if plain else (None, None)
            at_depths = {other: found_there[place] for other, found_there in others.items()}
            found[k] = Reference(*asked, inputs[k], answers[place], at_depths)
    return [found[k] for k in range(len(batches))]


def answered(
    saved: SavedTask, batches: Sequence[dict[str, np.ndarray]], depth: int | None = None
) -> list[Reference]:
    """Batches of arrays and what a task makes of them.

    Args:
        saved: the task.
        batches: its inputs.
        depth: how many layers to run; as the task does by default.
    """
    # Padded to few shapes: every new one costs a backend that compiles seconds.
    found = []
    for batch in batches:
        length = batch["token_ids"].shape[-1]
        width = min(-(-length // 64) * 64, saved.sequence_length)
        wide = {
            name: _widened(array, width) if name in INPUTS else array
            for name, array in batch.items()
        }
        (outputs,) = _answers(saved, [wide], depth)
        for name, source in saved.facts.along.items():
            outputs[name] = outputs[name][:, : batch[source].shape[-1]]
        found.append(Reference(None, None, batch, outputs))
    return found


def example_inputs(
    saved: SavedTask, texts: Sequence[str] | None = None
) -> list[dict[str, np.ndarray]]:
    """What a task reads of some texts: batches of several sizes and lengths.

    Args:
        saved: the task.
        texts: see `references`.
    """
    make = _inputs if saved.facts.reads_plain_texts else _preprocessed
    return [make(saved, first, second) for first, second in _batches(saved, texts)[0]]


def _batches(
    saved: SavedTask, texts: Sequence[str] | None
) -> tuple[list[tuple[list[str], list[str] | None]], str]:
    """Texts and second texts of each batch, and the text among them that is too long."""
    sentences = list(SAMPLE_TEXTS if texts is None else texts)
    if saved.facts.predicts_masks:
        sentences = [_with_mask(text) for text in sentences]
    # Long enough to be cut: every text has at least one piece.
    long = " ".join(sentences)
    while len(_ids(saved, long)) <= saved.sequence_length:
        long = f"{long} {long} ."
    turned = sentences[1:] + sentences[:1]
    batches: list[tuple[list[str], list[str] | None]] = [
        (sentences, None),
        ([sentences[0]], None),
        (["", sentences[-1]], None),
        ([long], None),
        (sentences, turned),
        ([long, sentences[0]], [long, long]),
    ]
    if not saved.facts.reads_plain_texts:
        batches = [(sentences, turned), ([sentences[0]], [sentences[1]]), ([long], [long])]
    return batches, long


def _preprocessed(
    saved: SavedTask, texts: list[str], second_texts: list[str] | None
) -> dict[str, np.ndarray]:
    """The arrays of words, of windows of passages or of choices, cut to the longest row."""
    preprocessor = saved.ready_preprocessor()
    others = second_texts or texts
    if saved.facts.reads == "words":
        arrays = preprocessor.encode(texts).x
    elif saved.facts.reads == "choices":
        # The second question has an option less, so that there is a row of padding.
        options = [["yes", "no", other] for other in others]
        if len(options) > 1:
            options[1] = options[1][:2]
        arrays = preprocessor(
            [(text, "_?", some) for text, some in zip(texts, options, strict=True)]
        )
    else:
        arrays = preprocessor.encode(texts, others).x
    longest = int(arrays["padding_mask"].sum(axis=-1).max())
    return {name: np.asarray(arrays[name])[..., :longest] for name in INPUTS}


def _with_mask(text: str) -> str:
    """The text with its middle word (and the last, of a long text) replaced by `[MASK]`.

    Of a text without spaces, Chinese above all, it is the middle character.
    """
    words = text.split(" ")
    if len(words) == 1 and len(text) > 1:
        middle = len(text) // 2
        return text[:middle] + MASK + text[middle + 1 :]
    if len(words) > 8:
        words[-1] = MASK
    words[len(words) // 2] = MASK
    return " ".join(words)


def _inputs(
    saved: SavedTask, texts: list[str], second_texts: list[str] | None
) -> dict[str, np.ndarray]:
    """The arrays of a batch, padded to its longest row."""
    sides = [texts] if second_texts is None else [texts, second_texts]
    tokenizer = saved.tokenizer
    inputs = pack(
        [[_ids(saved, text) for text in side] for side in sides],
        sequence_length=saved.sequence_length,
        truncate=saved.truncate,
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    longest = int(inputs["padding_mask"].sum(axis=1).max())
    inputs = {name: inputs[name][:, :longest] for name in INPUTS}
    if saved.facts.predicts_masks:
        mask_id = tokenizer.mask_token_id
        inputs["mask_positions"] = mask_positions(inputs["token_ids"], mask_id)
    return inputs


def _answers(
    saved: SavedTask, batches: list[dict[str, np.ndarray]], depth: int | None
) -> list[dict[str, np.ndarray]]:
    """The task's outputs for several batches, run as one."""
    joined = {}
    for name in batches[0]:
        width = max(batch[name].shape[-1] for batch in batches)
        padded = [_widened(batch[name], width) for batch in batches]
        joined[name] = keras.ops.convert_to_tensor(np.concatenate(padded))
    if depth is None:
        depth = default_depth(saved)
    outputs: dict[str, Any] = {
        name: keras.ops.convert_to_numpy(value)
        for name, value in named_outputs(saved, joined, depth).items()
    }
    answers, start = [], 0
    for batch in batches:
        end = start + len(batch["token_ids"])
        answers.append({name: value[start:end] for name, value in outputs.items()})
        for name, source in saved.facts.along.items():
            answers[-1][name] = answers[-1][name][:, : batch[source].shape[-1]]
        start = end
    return answers


def _widened(array: np.ndarray, width: int) -> np.ndarray:
    edges = [(0, 0)] * (array.ndim - 1) + [(0, width - array.shape[-1])]
    return np.pad(array, edges)


def _ids(saved: SavedTask, text: str) -> np.ndarray:
    if not saved.facts.predicts_masks:
        return saved.tokenizer.encode([text])[0]
    tokenizer = saved.tokenizer
    return joined_by_mask(tokenizer.encode(text.split(MASK)), tokenizer.mask_token_id)
