"""Fills masks with a published Chinese ALBERT, straight from Google's TF1 checkpoint.

    python -m examples.tf1_chinese_fill_mask albert_base_zh/ "玄德幼孤，事[MASK]至孝。"

The folder is an unpacked archive of the Chinese models in google-research/albert's README: it
holds `albert_config.json`, `model.ckpt-best.index` and `.data-*`, and `vocab_chinese.txt` (or
`vocab.txt`). Seconds for the base model on two cores, on any backend (KERAS_BACKEND).

Expected: for each `[MASK]` the five likeliest pieces of the vocabulary with their probabilities,
then the sentence with the likeliest in place:

    1: 母 0.83  父 0.05  ...
    玄德幼孤，事母至孝。

(The form of it: which pieces and numbers depends on the checkpoint.)
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from keras_albert import AlbertMaskedLM
from keras_albert.inference import load_predictor


def fill_masks(folder: Path, text: str, top_k: int = 5) -> dict[str, Any]:
    """Answers one text; see `Predictor.predict` for what is in the answer.

    Args:
        folder: a TF1 checkpoint with its vocabulary.
        text: with `[MASK]` where a piece is wanted.
        top_k: how many pieces to name for each.
    """
    model = AlbertMaskedLM.from_preset(folder)
    with tempfile.TemporaryDirectory() as scratch:
        preset = Path(scratch, "preset")  # keep it, and the checkpoint is needed no more
        model.save_to_preset(preset)
        return load_predictor(preset).predict([text], top_k=top_k)[0]


def main() -> None:
    """Reads the options and prints the answer."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a TF1 checkpoint with its vocabulary")
    parser.add_argument("text", help="with [MASK] where a piece is wanted")
    options = parser.parse_args()
    answer = fill_masks(options.folder, options.text)
    for number, mask in enumerate(answer["masks"], start=1):
        print(f"{number}:", "  ".join(f"{m['token']} {m['score']:.2f}" for m in mask))
    print(answer["filled"])


if __name__ == "__main__":
    main()
