"""What an artifact must answer: real texts through the source model, on the caller's backend."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_albert.export.in_graph_packing import MASK
from keras_albert.export.sample_texts import SAMPLE_TEXTS
from keras_albert.export.serving_module import INPUTS, named_outputs
from keras_albert.models.saved_task import SavedTask
from keras_albert.models.text_packing import pack


@dataclass(frozen=True)
class Reference:
    """A batch of texts and what the source model makes of it.

    Attributes:
        texts: B texts.
        second_texts: B more for pairs, or None.
        inputs: the arrays the model read.
        outputs: what it answered, by name.
    """

    texts: list[str]
    second_texts: list[str] | None
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]


def references(
    saved: SavedTask, texts: Sequence[str] | None = None, depth: int | None = None
) -> list[Reference]:
    """Runs texts through a task: batches of several sizes and lengths, singles and pairs.

    The ids come from the task's own tokenizer and packing, not from the code that artifacts run.

    Args:
        saved: the task.
        texts: the texts to use; by default the sentences that come with the package.
        depth: how many layers to run; all by default.
    """
    sentences = list(SAMPLE_TEXTS if texts is None else texts)
    if saved.kind != "text_classifier":
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
    inputs = [_inputs(saved, first, second) for first, second in batches]
    # Every new shape costs a backend that compiles seconds, so all short batches run as one, and
    # all long ones; each takes its rows from there.
    short = [k for k, (first, _) in enumerate(batches) if long not in first]
    groups = [short, [k for k in range(len(batches)) if k not in short]]
    found: dict[int, Reference] = {}
    for group in groups:
        answers = _answers(saved, [inputs[k] for k in group], depth)
        for k, outputs in zip(group, answers, strict=True):
            found[k] = Reference(*batches[k], inputs[k], outputs)
    return [found[k] for k in range(len(batches))]


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
    if saved.kind != "text_classifier":
        places = [np.flatnonzero(row == tokenizer.mask_token_id) for row in inputs["token_ids"]]
        positions = np.zeros((len(texts), max([1, *map(len, places)])), np.int32)
        for row, place in enumerate(places):
            positions[row, : len(place)] = place
        inputs["mask_positions"] = positions
    return inputs


def _answers(
    saved: SavedTask, batches: list[dict[str, np.ndarray]], depth: int | None
) -> list[dict[str, np.ndarray]]:
    """The task's outputs for several batches, run as one."""
    joined = {}
    for name in batches[0]:
        width = max(batch[name].shape[1] for batch in batches)
        padded = [np.pad(b[name], ((0, 0), (0, width - b[name].shape[1]))) for b in batches]
        joined[name] = keras.ops.convert_to_tensor(np.concatenate(padded))
    outputs: dict[str, Any] = {
        name: keras.ops.convert_to_numpy(value)
        for name, value in named_outputs(saved, joined, depth).items()
    }
    answers, start = [], 0
    for batch in batches:
        end = start + len(batch["token_ids"])
        answers.append({name: value[start:end] for name, value in outputs.items()})
        if "masked_tokens" in outputs:
            places = batch["mask_positions"].shape[1]
            answers[-1]["masked_tokens"] = answers[-1]["masked_tokens"][:, :places]
        start = end
    return answers


def _ids(saved: SavedTask, text: str) -> np.ndarray:
    if saved.kind == "text_classifier":
        return saved.tokenizer.encode([text])[0]
    mask = np.array([saved.tokenizer.mask_token_id], np.int32)
    parts = [ids for part in saved.tokenizer.encode(text.split(MASK)) for ids in (mask, part)]
    return np.concatenate(parts[1:])
