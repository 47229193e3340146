"""Export to a SavedModel that takes raw strings."""

from pathlib import Path
from typing import Any, Unpack

from keras_albert.export.exporting import ExportSettings, export


def export_saved_model(
    model_dir: str | Path,
    output: str | Path,
    *,
    tokens_only: bool = False,
    **settings: Unpack[ExportSettings],
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
        tokens_only: leave out the signatures that read strings, for servers without
            tensorflow-text.
        **settings: sequence_length, depth, texts, data, replace and progress, see
            `exporting.export`.

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
        **settings,
        options={"tokens_only": tokens_only},
    )
