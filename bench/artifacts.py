"""ALBERT-base as artifacts, beside the same and BERT-base in other runtimes: batch 1, two threads.

    python -m bench.artifacts [--rounds 3] [--lengths 16,128] [--only TEXT] [--output bench-output]

Makes the files once (random weights, two classes, 30,000 pieces), then starts every contestant in a
process of its own, in turn, `--rounds` times. Writes artifacts.json and artifacts.md: size of the
file, of our folders with their tokenizer as they are and compressed, load time, memory beyond the
imported runtime, milliseconds a row; medians over the processes, each of which gives the median of
its runs. Needs `[export,onnx,openvino,torch,bench,dev]`.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
CARD_FILE = "export.json"
# Name -> the runtime, and the file under --output that it runs.
CONTESTANTS = {
    "keras_albert TFLite int8": ("litert", "ours-int8/model.tflite"),
    "keras_albert TFLite int8, 6-bit embeddings": ("litert", "ours-int6/model.tflite"),
    "keras_albert TFLite": ("litert", "ours-tflite/model.tflite"),
    "keras_albert ONNX int8": ("onnxruntime", "ours-onnx-int8/model.onnx"),
    "keras_albert ONNX": ("onnxruntime", "ours-onnx/model.onnx"),
    "keras_albert OpenVINO int8 weights": ("openvino f32", "ours-openvino-int8/model.xml"),
    "keras_albert OpenVINO": ("openvino f32", "ours-openvino/model.xml"),
    "keras_albert OpenVINO, bf16": ("openvino bf16", "ours-openvino/model.xml"),
    "KerasHub ALBERT, Keras's TFLite": ("litert", "hub.tflite"),
    "BERT-base by keras_albert, TFLite int8": ("litert", "bert-int8/model.tflite"),
    "BERT-base by keras_albert, TFLite": ("litert", "bert-tflite/model.tflite"),
    "transformers ALBERT eager": ("transformers eager", "albert"),
    "transformers ALBERT sdpa": ("transformers sdpa", "albert"),
    "transformers ALBERT compile": ("transformers compile", "albert"),
    "transformers BERT sdpa": ("transformers sdpa", "bert"),
    "ONNX Runtime, transformers' ALBERT": ("onnxruntime", "albert.onnx"),
    "ONNX Runtime, transformers' BERT": ("onnxruntime", "bert.onnx"),
    "OpenVINO, transformers' ALBERT": ("openvino f32", "albert.onnx"),
    "OpenVINO, transformers' BERT": ("openvino f32", "bert.onnx"),
}


def filled_up(model: bytes, size: int) -> bytes:
    """A SentencePiece model with made-up pieces, beginnings and ends of its own put together: the
    manual has words for 10,000 pieces, and ALBERT-base has 30,000.
    """
    from keras_albert.text.normalization import parse_model

    proto = parse_model(model)
    words = [each.piece for each in proto.pieces if each.piece[1:].isalpha()]
    taken = {each.piece for each in proto.pieces}
    draw = random.Random(0)
    while len(proto.pieces) < size:
        first, last = draw.choice(words), draw.choice(words)
        piece = first[: len(first) // 2 + 1] + last[len(last) // 2 + 1 :]
        if piece not in taken:
            taken.add(piece)
            proto.pieces.add(piece=piece, score=-20.0)
    return bytes(proto.SerializeToString())


def make_ours(folder: Path) -> None:
    """Presets with random weights, and our exports of them."""
    from bench.contestants import BASE
    from examples.demo.corpus import read_pages
    from keras_albert import (
        AlbertBackbone,
        AlbertTextClassifier,
        AlbertTextClassifierPreprocessor,
        AlbertTokenizer,
    )
    from keras_albert.presets_index import architecture
    from keras_albert.text import train_vocabulary

    vocabulary = folder / "vocabulary"
    if not vocabulary.is_dir():
        texts = [text for page in read_pages() for text in page["paragraphs"]]
        train_vocabulary(texts, vocabulary, size=8000)
    model = (vocabulary / "spiece.model").read_bytes()
    tokenizer = AlbertTokenizer(filled_up(model, BASE["vocabulary_size"]))
    networks = {
        "albert-keras": {**BASE, "activation": "gelu_tanh"},
        "bert-keras": architecture("bert_base").backbone,
    }
    for name, network in networks.items():
        if not (folder / name).is_dir():
            preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 512)
            task = AlbertTextClassifier(AlbertBackbone(**network), 2, preprocessor)
            task.save_to_preset(str(folder / name))
    for source, output, options in (
        ("albert-keras", "ours-tflite", ["tflite"]),
        ("albert-keras", "ours-int8", ["tflite", "--quantize", "int8"]),
        ("albert-keras", "ours-int6", ["tflite", "--quantize", "int8-int6-embeddings"]),
        ("albert-keras", "ours-onnx", ["onnx"]),
        ("albert-keras", "ours-onnx-int8", ["onnx", "--quantize", "int8"]),
        ("albert-keras", "ours-openvino", ["openvino"]),
        ("albert-keras", "ours-openvino-int8", ["openvino", "--quantize", "int8-weights"]),
        ("bert-keras", "bert-tflite", ["tflite"]),
        ("bert-keras", "bert-int8", ["tflite", "--quantize", "int8"]),
    ):
        if not (folder / output).is_dir():
            print(output, flush=True)
            arguments = ["--model", str(folder / source), "--output", str(folder / output)]
            program = str(Path(sys.executable).with_name("keras-albert"))
            command = [program, "export", *arguments, "--format", *options]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def make_keras_hub(folder: Path) -> None:
    """KerasHub's classifier, exported by Keras. The backend is TensorFlow."""
    import keras_hub

    from bench.contestants import BASE

    path = folder / "hub.tflite"
    if not path.is_file():
        print(path.name, flush=True)
        backbone = keras_hub.models.AlbertBackbone(**BASE)
        task = keras_hub.models.AlbertTextClassifier(backbone, 2, preprocessor=None)
        task.export(str(path), format="litert")


def make_transformers(folder: Path) -> None:
    """Transformers' ALBERT and BERT: folders, and ONNX by PyTorch's exporter."""
    import torch
    import transformers

    shapes = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}
    networks = {
        "albert": transformers.AlbertForSequenceClassification(
            transformers.AlbertConfig(**shapes, hidden_act="gelu_new")
        ),
        "bert": transformers.BertForSequenceClassification(transformers.BertConfig(**shapes)),
    }
    names = ("input_ids", "attention_mask", "token_type_ids")
    for name, network in networks.items():
        if not (folder / name).is_dir():
            network.save_pretrained(folder / name)
        path = folder / f"{name}.onnx"
        if path.is_file():
            continue
        print(path.name, flush=True)
        network.eval()
        network.config.return_dict = False
        ids = torch.ones((2, 16), dtype=torch.int64)
        batch, length = torch.export.Dim("batch", max=64), torch.export.Dim("length", max=512)
        torch.onnx.export(
            network,
            (),
            str(path),
            kwargs={n: ids for n in names},
            input_names=list(names),
            dynamo=True,
            dynamic_shapes={n: {0: batch, 1: length} for n in names},
            external_data=False,
            verbose=False,
        )


MAKERS = {"tensorflow": make_keras_hub, "torch": make_transformers, "jax": make_ours}


def markdown(results: dict[str, Any]) -> str:
    """One row a contestant."""
    lengths = results["lengths"]
    lines = [
        "# ALBERT-base as artifacts, batch 1",
        "",
        f"Medians of {results['rounds']} processes of {results['runs']} runs, two threads.",
        "",
        "| contestant | file MB | with tokenizer, compressed MB | memory MB | load s | "
        + " | ".join(f"{n} tokens ms" for n in lengths)
        + " |",
        "|---" * (5 + len(lengths)) + "|",
    ]
    for name, row in results["contestants"].items():
        if "failed" in row:
            lines.append(f"| {name} | {row['failed']} |" + " |" * (3 + len(lengths)))
            continue
        cells = [f"{row['file_megabytes']:.1f}"]
        cells.append(", ".join(f"{n:.1f}" for n in row["folder_megabytes"]))
        cells.append(f"{row['megabytes']:.0f}")
        cells += [f"{row['load_seconds']:.3f}", *(f"{row['milliseconds'][n]:.1f}" for n in lengths)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def measure(folder: Path, names: Sequence[str], rounds: int, runs: int, lengths: str) -> Any:
    """Every contestant once a round, each in a process of its own."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    failed: dict[str, str] = {}
    for number in range(rounds):
        for name in names:
            runtime, path = CONTESTANTS[name]
            print(f"round {number + 1}: {name}", flush=True)
            script = str(FOLDER / "artifact_process.py")
            child = subprocess.run(
                [sys.executable, script, runtime, str(folder / path), lengths, str(runs)],
                capture_output=True,
                text=True,
                check=False,
            )
            if child.returncode:
                failed[name] = child.stderr.strip().splitlines()[-1][:200]
                print(failed[name], flush=True)
            else:
                found[name].append(json.loads(child.stdout.splitlines()[-1]))
    rows: dict[str, Any] = {}
    for name, results in found.items():
        if name in failed or not results:
            rows[name] = {"failed": failed.get(name, "no file")}
            continue
        path = folder / CONTESTANTS[name][1]
        files = [path] if path.is_file() else list(path.glob("*.safetensors"))
        files += [path.with_suffix(".bin")] if path.suffix == ".xml" else []
        rows[name] = {
            "file_megabytes": sum(file.stat().st_size for file in files) / 1e6,
            "folder_megabytes": folder_megabytes(path.parent),
            **{
                key: statistics.median(r[key] for r in results)
                for key in ("megabytes", "load_seconds")
            },
            "milliseconds": {
                n: statistics.median(r["milliseconds"][n] for r in results)
                for n in lengths.split(",")
            },
        }
    return {
        "rounds": rounds,
        "runs": runs,
        "lengths": lengths.split(","),
        "contestants": rows,
    }


def folder_megabytes(folder: Path) -> list[float]:
    """What an export of ours is with its tokenizer, as it is and compressed; others: nothing."""
    card = folder / CARD_FILE
    if not card.is_file():
        return []
    found = json.loads(card.read_text())
    return [found["bytes"] / 1e6, found["compressed_bytes"] / 1e6]


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.artifacts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--lengths", default="16,128")
    parser.add_argument("--only", default="", help="contestants whose name has this in it")
    parser.add_argument("--output", type=Path, default=Path("bench-output"))
    options = parser.parse_args()
    folder = options.output / "artifacts"
    folder.mkdir(parents=True, exist_ok=True)
    for backend in MAKERS:
        environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", "bench.artifacts", "--make", str(folder)]
        subprocess.run(command, env=environment, check=True)
    names = [name for name in CONTESTANTS if options.only in name]
    results = measure(folder, names, options.rounds, options.runs, options.lengths)
    (options.output / "artifacts.json").write_text(json.dumps(results, indent=2) + "\n")
    table = markdown(results)
    (options.output / "artifacts.md").write_text(table)
    print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        MAKERS[os.environ["KERAS_BACKEND"]](Path(sys.argv[2]))
    else:
        main()
