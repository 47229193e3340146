"""What Keras's quantisations keep: sizes of saved folders, and masked tokens found at each depth.

    KERAS_BACKEND=torch python -m bench.keras_quantization [--pairs 200] [--base]

`albert_micro`, which ships with the package, reads pairs of paragraphs of held-out pages of the
PostgreSQL manual. Printed are the size of `save_to_preset`'s weights, the share of masked tokens
found at each depth, and how many of the masked tokens get float32's answer. Each model answers
after it was saved and read again. `--base` adds the sizes of ALBERT-base with random weights.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    """Reads the options, measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.keras_quantization")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--base", action="store_true")
    arguments = parser.parse_args()
    print(quality(arguments.pairs))
    if arguments.base:
        print(base_sizes())


def forms(texts: list[str], tokenizer: Any) -> dict[str, Callable[[Any], None]]:
    """What is done to a model, by name."""
    from keras.quantizers import AWQConfig, GPTQConfig, Int4QuantizationConfig

    def calibrated(config: Any) -> Callable[[Any], None]:
        def quantize(model: Any) -> None:
            length = min(128, getattr(model, "backbone", model).max_sequence_length)
            options = {"num_samples": 32, "sequence_length": length, "group_size": 64}
            model.quantize(config=config(dataset=texts, tokenizer=tokenizer, **options))
            model.quantize("int4", filters="token_embedding")

        return quantize

    return {
        "float32": lambda model: None,
        "float8": lambda model: model.quantize("float8"),
        "int8": lambda model: model.quantize("int8"),
        "int4, blocks of 32": lambda m: m.quantize(config=Int4QuantizationConfig(block_size=32)),
        "int4, blocks of 128": lambda model: model.quantize("int4"),
        "int4, by column": lambda m: m.quantize(config=Int4QuantizationConfig(block_size=None)),
        "GPTQ, embeddings int4": calibrated(GPTQConfig),
        "AWQ, embeddings int4": calibrated(AWQConfig),
    }


def weights_size(folder: Path) -> float:
    """MB of the weights in a preset folder."""
    return sum(file.stat().st_size for file in folder.glob("*.h5")) / 1e6


def quality(pairs: int) -> str:
    """The table for `albert_micro`."""
    import keras

    from examples.demo.corpus import is_held_out, read_pages
    from keras_albert import AlbertPretrainer

    pages = read_pages()
    held_out, learnt = [], []
    for page in pages:
        paragraphs = page["paragraphs"]
        if is_held_out(page["id"]):
            held_out += list(zip(paragraphs[:-1:2], paragraphs[1::2], strict=False))
        else:
            learnt += paragraphs
    draw = np.random.default_rng(0)
    chosen = [held_out[i] for i in draw.permutation(len(held_out))[:pairs]]
    texts = [learnt[i] for i in draw.permutation(len(learnt))[:100]]
    source = AlbertPretrainer.from_preset("albert_micro")
    first, second = ([pair[side] for pair in chosen] for side in (0, 1))
    x, y, weights = source.preprocessor(x=(first, second))
    mask = keras.ops.convert_to_numpy(weights["masked_tokens"]) > 0
    labels = keras.ops.convert_to_numpy(y["masked_tokens"])
    depths = range(1, source.backbone.num_layers + 1)
    lines = [
        f"albert_micro, {len(chosen)} pairs, {int(mask.sum())} masked tokens: share found at depth",
        "",
        "| weights | MB | " + " | ".join(map(str, depths)) + " | as float32 |",
        "|" + "---|" * (len(depths) + 3),
    ]
    reference = None
    for name, quantize in forms(texts, source.preprocessor.tokenizer).items():
        task = AlbertPretrainer.from_preset("albert_micro")
        quantize(task)
        with tempfile.TemporaryDirectory() as scratch:
            task.save_to_preset(Path(scratch) / "model")
            size = weights_size(Path(scratch) / "model")
            task = AlbertPretrainer.from_preset(Path(scratch) / "model")
        shares = []
        for depth in depths:
            logits = task(x, depth=depth)["masked_tokens"]
            found = keras.ops.convert_to_numpy(keras.ops.argmax(logits, axis=-1))
            shares.append(f"{(found == labels)[mask].mean():.3f}")
        reference = found if reference is None else reference
        same = (found == reference)[mask].mean()
        lines.append(f"| {name} | {size:.2f} | " + " | ".join(shares) + f" | {same:.3f} |")
    return "\n".join(lines) + "\n"


def base_sizes() -> str:
    """The table of sizes of ALBERT-base."""
    from keras_albert import AlbertBackbone, AlbertTokenizer

    texts = ["A table has rows and columns."] * 100
    tokenizer = AlbertTokenizer.from_preset("albert_micro")
    lines = ["ALBERT-base, 30,000 pieces", "", "| weights | MB |", "|---|---|"]
    for name, quantize in forms(texts, tokenizer).items():
        if name.startswith(("GPTQ", "AWQ")):
            continue
        backbone = AlbertBackbone.from_preset("albert_base_v2", load_weights=False)
        quantize(backbone)
        with tempfile.TemporaryDirectory() as scratch:
            backbone.save_to_preset(str(Path(scratch) / "model"))
            lines.append(f"| {name} | {weights_size(Path(scratch) / 'model'):.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
