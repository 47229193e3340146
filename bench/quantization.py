"""What each quantisation costs in accuracy, at every depth.

    python -m bench.quantization [--formats tflite,onnx,openvino] [--output bench-output] [--small]

`albert_micro`, which ships with the package, is fine-tuned with all its depths trained at once to
tell the parts of the PostgreSQL manual apart (`examples/manual_parts.py`), exported in every
quantisation a format has, and both answer the held-out pages' paragraphs at every depth. Writes
`quantization.json` and `quantization.md`: the share of right answers, and of answers that are the
float32 model's; file sizes. "difference" is the root mean square of the probabilities' differences
over that of the probabilities. A quantisation with a fixed depth is exported once for each, and
measures activations on 100 of the paragraphs that the model learnt from.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

Rows = list[dict[str, Any]]


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.quantization")
    parser.add_argument("--formats", default="tflite")
    parser.add_argument("--output", type=Path, default=Path("bench-output"))
    parser.add_argument("--small", action="store_true", help="few examples, for a test")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        train, held_out = examples(arguments.small)
        model = fine_tuned(Path(scratch) / "model", train, epochs=1 if arguments.small else 8)
        results = measured(
            model,
            held_out,
            arguments.formats.split(","),
            Path(scratch),
            [row["text"] for row in train[:100]],
        )
    (arguments.output / "quantization.json").write_text(json.dumps(results, indent=2) + "\n")
    page = markdown(results)
    (arguments.output / "quantization.md").write_text(page)
    print(page)


def examples(small: bool) -> tuple[Rows, Rows]:
    """Paragraphs with their parts, of the pages to learn from and of those held out."""
    from examples.demo.corpus import is_held_out, read_pages
    from examples.manual_parts import part_rows

    pages = read_pages()
    rows = [part_rows([p for p in pages if is_held_out(p["id"]) == held]) for held in (False, True)]
    known = {row["label"] for row in rows[0]}
    held_out = [row for row in rows[1] if row["label"] in known]
    draw = np.random.default_rng(0)
    most = (200, 64) if small else (3000, 1000)
    return tuple(  # type: ignore[return-value]
        [part[i] for i in draw.permutation(len(part))[:number]]
        for part, number in zip((rows[0], held_out), most, strict=True)
    )


def fine_tuned(folder: Path, rows: Rows, epochs: int) -> Path:
    """A classifier with every depth trained, as a preset folder."""
    import keras

    from keras_albert import AlbertTextClassifier, AlbertTextClassifierPreprocessor

    keras.utils.set_random_seed(0)
    labels = sorted({row["label"] for row in rows})
    preprocessor = AlbertTextClassifierPreprocessor.from_preset("albert_micro", sequence_length=64)
    task = AlbertTextClassifier.from_preset(
        "albert_micro", num_classes=len(labels), preprocessor=preprocessor
    )
    task.compile(optimizer=keras.optimizers.Adam(1e-3))
    task.train_depths(min_depth=1)
    task.fit(
        [row["text"] for row in rows],
        np.array([labels.index(row["label"]) for row in rows]),
        epochs=epochs,
        verbose=2,
    )
    task.save_to_preset(str(folder))
    (folder / "labels.json").write_text(json.dumps(labels))
    return folder


def measured(
    model: Path, rows: Rows, formats: list[str], scratch: Path, calibration: list[str]
) -> dict[str, Any]:
    """Accuracy and difference of every format, quantisation and depth."""
    from keras_albert.errors import InputError
    from keras_albert.export.exporting import export
    from keras_albert.export.formats import FORMATS
    from keras_albert.inference import load_predictor
    from keras_albert.models.saved_task import SavedTask

    texts = [row["text"] for row in rows]
    right = np.array([row["label"] for row in rows])
    depths = range(1, SavedTask.load(model).task.backbone.num_layers + 1)
    whole = {depth: answers(load_predictor(model, depth), texts) for depth in depths}
    results: dict[str, Any] = {"examples": len(rows), "rows": []}
    for depth, (labels, _) in whole.items():
        results["rows"].append(
            {"format": "keras", "quantize": None, "depth": depth, "bytes": None}
            | {"accuracy": float((labels == right).mean()), "same": 1.0, "difference": 0.0}
        )
    for name in formats:
        for quantize in (None, *FORMATS[name].quantizations):
            folder = scratch / f"{name}-{quantize}"
            asked: dict[str, Any] = {"quantize": quantize}
            if quantize == "int8-full":
                asked["calibration"] = calibration
            try:
                card = export(name, model, folder, **asked)
            except InputError as error:
                results["rows"].append({"format": name, "quantize": quantize, "error": str(error)})
                continue
            for depth, (expected, probabilities) in whole.items():
                if not card["depth_is_input"] and depth != card["depth"]:
                    folder = scratch / f"{name}-{quantize}-{depth}"
                    card = export(name, model, folder, depth=depth, **asked)
                labels, found = answers(load_predictor(folder, depth), texts)
                off = np.linalg.norm(found - probabilities) / np.linalg.norm(probabilities)
                results["rows"].append(
                    {
                        "format": name,
                        "quantize": quantize,
                        "depth": depth,
                        "bytes": card["weight_file_bytes"],
                        "accuracy": float((labels == right).mean()),
                        "same": float((labels == expected).mean()),
                        "difference": float(off),
                    }
                )
    return results


def answers(predictor: Any, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Labels (N,) and probabilities (N, C)."""
    found = predictor.predict(texts)
    labels = np.array([answer["label"] for answer in found])
    return labels, np.array([list(answer["scores"].values()) for answer in found])


def markdown(results: dict[str, Any]) -> str:
    """The results as a table."""
    lines = [f"{results['examples']} held-out paragraphs.", ""]
    lines += ["| format | quantisation | depth | MB | right | as float32 | difference |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for row in results["rows"]:
        name = row["quantize"] or "float32"
        if "error" in row:
            lines.append(f"| {row['format']} | {name} | - | refused: {row['error']} | | | |")
            continue
        size = "-" if row["bytes"] is None else f"{row['bytes'] / 1e6:.2f}"
        lines.append(
            f"| {row['format']} | {name} | {row['depth']} | {size} | {row['accuracy']:.3f} | "
            f"{row['same']:.3f} | {row['difference']:.3f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
