"""Export to a SavedModel that takes raw strings."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from keras_albert.export.exporting import export


def export_saved_model(
    model_dir: str | Path,
    output: str | Path,
    *,
    sequence_length: int | None = None,
    depth: int | None = None,
    tokens_only: bool = False,
    texts: Sequence[str] | None = None,
    data: str | Path | None = None,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Writes a SavedModel with the tokenizer in the graph, from a model of any backend.

    It loads with tensorflow and tensorflow-text alone:

    ```python
    import tensorflow as tf, tensorflow_text
    serve = tf.saved_model.load("OUT").signatures["serving_default"]
    serve(text=tf.constant(["A sentence."]))["probabilities"]
    ```

    Signatures, with B texts, S' tokens, P masked places, C classes, V pieces:

    - "serving_default": `text` (B,) strings. "pairs": `text` and `second_text`. Both return what
      "tokens" returns, the arrays that were read ("token_ids"...), "truncated" (B,), and "label"
      (B,) strings for single labels, or "top_tokens" and "top_probabilities" (B, P, 10) for
      masked places. `[MASK]` in a text stands for a masked token where the model predicts these.
      A text that is too long loses its end; the longer text of a pair loses tokens first.
    - "tokens": `token_ids`, `segment_ids`, `padding_mask`, int32 (B, S'), and `mask_positions`
      (B, P) where the model predicts masked tokens. A classifier returns "scores" (B, C) and
      "probabilities" (B, C); a pretrainer "masked_tokens" (B, P, V) and "sentence_order" (B, 2),
      logits; a masked language model "masked_tokens".

    - Each of these with "_at_depth" behind its name takes a scalar int32 "depth" too.

    Tasks that read words, passages or choices have "tokens" alone, with what `named_outputs`
    lists; `keras-albert predict` finds the rest.

    Before it returns, the SavedModel answers real texts in a fresh process without Keras, and
    must agree with the source model within 1e-4. `export.json` in it is the card of that.

    Args:
        model_dir: a preset folder, a run's folder or a shipped preset's name.
        output: the folder to make.
        sequence_length: S, the most tokens a row takes; by default the preprocessor's.
        depth: how many layers the exported model runs; by default as the task does, and further
            signatures take a depth where all layers share weights.
        tokens_only: leave out the signatures that read strings, for servers without
            tensorflow-text.
        texts: what to verify with; by default sentences that come with the package.
        data: labelled examples, see `exporting.export`.
        replace: whether an existing output gives way.
        progress: called with a line about every stage.

    Returns:
        The card.

    Raises:
        InputError: the model cannot be read, the output exists, or the export failed or differs;
            then nothing is left but a log beside the output.
    """
    return export(
        "saved-model",
        model_dir,
        output,
        quantize=None,
        sequence_length=sequence_length,
        depth=depth,
        texts=texts,
        data=data,
        replace=replace,
        progress=progress,
        options={"tokens_only": tokens_only},
    )
