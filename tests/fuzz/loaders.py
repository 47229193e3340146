"""Every loader, with something good to load."""

import gzip
import json
import shutil
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert import AlbertBackbone, AlbertMaskedLM, AlbertTextClassifier, load_tokenizer
from keras_albert.benchmarks import task_named
from keras_albert.data.token_store import TokenStore
from keras_albert.data.token_store_writer import TokenStoreWriter
from keras_albert.text.corpus import read_documents
from keras_albert.training.recipe import load_recipe
from tests.exported import artifact, chinese_tokenizer, model_folder, tokenizer
from tests.foreign import google_config, google_variables, hf_model, save_tf1, save_torch
from tests.fuzz.cases import Loader


def _masked_lm(path: Path) -> None:
    AlbertMaskedLM.from_preset(path)


def _backbone(path: Path) -> None:
    AlbertBackbone.from_preset(path)


def _encode(path: Path) -> None:
    load_tokenizer(path).encode(["A table, 1,000 rows."])


def _store(path: Path) -> None:
    store = TokenStore(path)
    for number in range(len(store)):
        store[number].sentences  # noqa: B018


def _reads(task: str) -> Callable[[Path], Any]:
    return lambda path: task_named(task).read(path)


def _artifact(module: str, name: str) -> Callable[[Path], Any]:
    import importlib

    runner = getattr(importlib.import_module(f"keras_albert.runtime.{module}"), name)
    return lambda path: runner(path).on_texts(["The index."])


def _jsonl(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _squad(*questions: dict[str, Any]) -> str:
    rows = {"context": "A table has rows and columns.", "qas": list(questions)}
    return json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": [rows]}]})


_ANSWERED = {
    "id": "q1",
    "question": "What has rows?",
    "answers": [{"text": "A table", "answer_start": 0}],
}
_UNANSWERED = {"id": "q2", "question": "Why?", "is_impossible": True, "answers": []}
_CMRC = [
    {
        "context_id": "c",
        "context_text": "A table has rows.",
        "qas": [
            {"query_id": "q", "query_text": "What?", "answers": ["A table", "table", "A table"]}
        ],
    }
]
_RACE = {
    "id": "middle1.txt",
    "article": "A passage.",
    "questions": ["It is a _ .", "Which is it?"],
    "options": [["a", "b", "c", "d"], ["e", "f", "g", "h"]],
    "answers": ["B", "D"],
}
_WSC = {
    "span1_index": 0,
    "span1_text": "A row",
    "span2_index": 10,
    "span2_text": "it",
}
# Task, name of the file, content.
DATA: dict[str, tuple[str, str]] = {
    "text-classification/train.tsv": (
        "text-classification",
        "text\tlabel\nA row.\tno\nA table.\tyes\n",
    ),
    "text-classification/train.csv": (
        "text-classification",
        'text,label\n"A row, a table",no\nB,yes\n',
    ),
    "text-classification/train.jsonl": (
        "text-classification",
        _jsonl({"text": "A row.", "label": "no"}, {"text": "B", "label": "yes"}),
    ),
    "text-regression/train.tsv": ("text-regression", "text\tlabel\nA row.\t0.5\nA table.\t-1\n"),
    "text-multilabel/train.jsonl": (
        "text-multilabel",
        _jsonl({"text": "A row.", "labels": ["a", "b"]}, {"text": "B", "labels": []}),
    ),
    "glue-sst2/train.tsv": ("glue/sst2", "sentence\tlabel\na fine row\t1\nnot a row\t0\n"),
    "glue-cola/train.tsv": ("glue/cola", "gj04\t1\t\tA row is read.\ngj04\t0\t*\tRead row a is.\n"),
    "glue-stsb/train.tsv": ("glue/stsb", "index\tsentence1\tsentence2\tscore\n0\ta\tb\t2.5\n"),
    "glue-mnli/train.tsv": (
        "glue/mnli",
        "index\tsentence1\tsentence2\tgold_label\n0\ta\tb\tneutral\n",
    ),
    "clue-tnews/train.json": (
        "clue/tnews",
        _jsonl({"sentence": "a", "label": "101", "label_desc": "x"}),
    ),
    "clue-csl/train.json": (
        "clue/csl",
        _jsonl({"id": 1, "abst": "a", "keyword": ["b"], "label": "1"}),
    ),
    "clue-wsc/train.json": (
        "clue/wsc",
        _jsonl({"target": _WSC, "text": "A row and it.", "label": "true"}),
    ),
    "token-classification/train.txt": ("token-classification", "A O\nrow B-X\n\nB O\n"),
    "token-classification/train.conllu": (
        "token-classification",
        "# text = A row\n1\tA\ta\tDET\t_\t_\t2\tdet\t_\t_\n"
        "2\trow\trow\tNOUN\t_\t_\t0\troot\t_\t_\n\n",
    ),
    "token-classification/train.jsonl": (
        "token-classification",
        _jsonl({"words": ["A", "row"], "tags": ["O", "B-X"]}),
    ),
    "multiple-choice/train.jsonl": (
        "multiple-choice",
        _jsonl({"context": "A.", "question": "B?", "options": ["c", "d"], "answer": 1}),
    ),
    "race/1.txt": ("race", json.dumps(_RACE)),
    "squad1/train.json": ("squad1", _squad(_ANSWERED)),
    "squad2/train.json": ("squad2", _squad({**_ANSWERED, "is_impossible": False}, _UNANSWERED)),
    "cmrc2018/train.json": ("cmrc2018", json.dumps(_CMRC)),
}


def _data(folder: Path) -> list[Loader]:
    loaders = []
    for name, (task, content) in DATA.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        loaders.append(Loader(f"data: {name}", path, _reads(task), files=(path.name,)))
    plain = "A row is read.\nA table is written.\n\nAnother document. It is short.\n"
    rows = _jsonl({"id": "a", "text": plain}, {"id": 2, "paragraphs": ["A.", "B. C."]})
    corpora = {
        "corpus.txt": plain.encode(),
        "corpus.jsonl": rows.encode(),
        "corpus.jsonl.gz": gzip.compress(rows.encode()),
    }
    for name, written in corpora.items():
        path = folder / "corpora" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(written)
        load = lambda path: list(read_documents([str(path)]))  # noqa: E731
        loaders.append(Loader(f"data: {name}", path, load, files=(name,)))
    return loaders


def _weights(folder: Path) -> list[Loader]:
    peer = hf_model("AlbertForMaskedLM", vocab_size=300)
    pretrained = hf_model("AlbertForPreTraining", vocab_size=300)
    vocabulary = tokenizer()
    folders = {}
    for name in ("transformers", "pickle", "old pickle", "tf1", "keras-hub"):
        folders[name] = folder / name.replace(" ", "-")
    peer.save_pretrained(folders["transformers"])
    save_torch(peer, folders["pickle"])
    save_torch(peer, folders["old pickle"], legacy=True)
    save_tf1(google_variables(pretrained), google_config(pretrained, "gelu"), folders["tf1"])
    for name in ("transformers", "pickle", "old pickle", "tf1"):
        vocabulary.save(folders[name])
    archive = folder / "archive" / "albert_base.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folders["tf1"], "albert_base")
    import keras_hub

    backbone = keras_hub.models.AlbertBackbone(300, 2, 2, 8, 16, 32, max_sequence_length=40)
    theirs = keras_hub.models.AlbertTokenizer(proto=vocabulary.proto)
    keras_hub.models.AlbertMaskedLM(
        backbone,
        keras_hub.models.AlbertMaskedLMPreprocessor(theirs, sequence_length=40),
    ).save_to_preset(str(folders["keras-hub"]))
    return [
        Loader("transformers folder", folders["transformers"], _masked_lm),
        Loader("transformers pickle", folders["pickle"], _masked_lm),
        Loader("transformers pickle, before 1.6", folders["old pickle"], _masked_lm),
        Loader("TF1 folder", folders["tf1"], _masked_lm),
        Loader("TF1 archive", archive, _backbone),
        Loader("KerasHub preset", folders["keras-hub"], _masked_lm),
        Loader("preset, SentencePiece", model_folder("masked_lm"), _masked_lm),
        Loader("preset, WordPiece", model_folder("chinese"), _masked_lm),
        Loader(
            "preset, classifier",
            model_folder("classifier"),
            lambda path: AlbertTextClassifier.from_preset(path),
        ),
    ]


def _tokenizers(folder: Path) -> list[Loader]:
    from keras_albert.text.tokenizers.huggingface_files import write_huggingface_tokenizer

    pieces, words, fast = folder / "pieces", folder / "words", folder / "fast"
    tokenizer().save(pieces)
    chinese_tokenizer().save(words)
    fast.mkdir()
    write_huggingface_tokenizer(tokenizer(), fast)
    (fast / "spiece.model").unlink()
    return [
        Loader("vocabulary, SentencePiece", pieces, _encode),
        Loader("vocabulary, WordPiece", words, _encode),
        Loader("vocabulary, tokenizer.json", fast, _encode),
    ]


def _others(folder: Path) -> list[Loader]:
    store = folder / "store"
    writer = TokenStoreWriter(
        store, tokenizer_fingerprint=tokenizer().fingerprint, vocabulary_size=300
    )
    with writer:
        for number in range(5):
            writer.write(f"{number}", [np.arange(5, 9 + number, dtype=np.int32)] * 3)
    recipe = folder / "recipe" / "recipe.json"
    recipe.parent.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "presets" / "recipes" / "albert_nano.json", recipe)
    return [Loader("token store", store, _store), Loader("recipe", recipe, load_recipe)]


# Format of an export -> the module and class that run it.
RUNTIMES = {
    "tflite": ("run_litert", "LiteRTModel"),
    "onnx": ("run_onnx", "OnnxModel"),
    "openvino": ("run_openvino", "OpenvinoModel"),
    "saved-model": ("run_saved_model", "SavedModelRunner"),
}


def _artifacts() -> list[Loader]:
    return [
        Loader(f"artifact, {name}", artifact("classifier", name), _artifact(*target), ValueError)
        for name, target in RUNTIMES.items()
    ]


@cache
def loaders(folder: Path) -> list[Loader]:
    """All of them; what they read is made in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        *_weights(folder),
        *_tokenizers(folder),
        *_others(folder),
        *_artifacts(),
        *_data(folder),
    ]
