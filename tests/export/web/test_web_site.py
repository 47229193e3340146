"""The page's tokenizer in Node.js against the Python one, over real and hostile texts."""

import gzip
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from keras_albert.errors import InputError
from keras_albert.export.web import web_site
from keras_albert.export.web.npm_package import NpmPackage
from keras_albert.export.web.web_site import PAGE, check_tokenizer, write_site
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from tests.exported import chinese_tokenizer
from tests.golden_packing import CLS, MASK_ID, SEP, cases

pytestmark = [pytest.mark.once, pytest.mark.node]
EXAMPLES = Path(__file__).parents[3] / "examples" / "data"
MICRO = Path(__file__).parents[3] / "presets" / "weights" / "albert_micro"
BLOCKS = [(32, 127), (0, 0x370), (0x2000, 0x2100), (0x4E00, 0x4F00), (0xAC00, 0xAD00)]
BLOCKS += [(0xFB00, 0xFB10), (0x1F300, 0x1F400), (0xFF00, 0xFFE0), (0xE000, 0x110000)]
HOSTILE = [
    "",
    "   ",
    " \t\n",
    "\u2581",
    "\u2581\u2581a ",
    "[MASK]",
    "a[MASK][MASK]b",
    "[CLS] <unk>",
]
HOSTILE += ["\ufeffa\ufeff", "\0a\0", "\u200b", "e\u0301\u0327\u0301", "\ufdfa " * 3, "1,024, 5,"]
HOSTILE += [
    "a" * 3000,
    "\U0010ffff\ufffe\ufffd",
    "\u1100\u1161\u11a8",
    "x" * 201 + " y",
    "'__proto__'",
]


def _texts() -> list[str]:
    texts: list[str] = []
    for name in ("postgresql-manual.jsonl.gz", "sanguo-sample.jsonl.gz"):
        with gzip.open(EXAMPLES / name, "rt", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                texts += [text for text in record.get("paragraphs", [str(record)]) if text]
    draw = random.Random(0)
    draw.shuffle(texts)
    texts = [text[:400] for text in texts[:3000]]
    for _ in range(2000):
        parts = [draw.choice(BLOCKS) for _ in range(draw.randint(1, 10))]
        points = [draw.randrange(*part) for part in parts]
        texts.append("".join(chr(p) for p in points if not 0xD800 <= p < 0xE000))
    return texts + HOSTILE


def _site(folder: Path, tokenizer: Any, task: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page without a runtime or a model: they take no part in cutting texts."""
    source = folder / "onnx"
    source.mkdir()
    (source / "model.onnx").write_bytes(b"")
    tokenizer.save(source)
    special = {
        name: getattr(tokenizer, f"{name}_token_id")
        for name in ("pad", "unk", "cls", "sep", "mask")
    }
    described = {
        "task": task,
        "inputs": {"token_ids": [], **({"mask_positions": []} if task == "masked_lm" else {})},
        "sequence_length": 512,
        "truncate": "longest_first",
        "vocabulary_size": tokenizer.vocabulary_size(),
        "special_token_ids": special,
        **tokenizer.description(),
    }
    (source / "model.json").write_text(json.dumps(described))
    monkeypatch.setattr(
        NpmPackage,
        "extract",
        lambda self, archive, files: [
            (to.parent.mkdir(exist_ok=True), to.write_bytes(b"")) for to in files.values()
        ],
    )
    (folder / "site").mkdir()
    loaded = write_site(source, folder / "site", ["a"], runtime="none")
    assert set(PAGE) < set(loaded)
    assert (folder / "site" / "service_worker.js").read_text().startswith('const VERSION = "')
    return source


@pytest.mark.parametrize("task", ["masked_lm", "text_classifier"])
def test_sentencepiece_as_in_python(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _site(tmp_path, load_tokenizer(MICRO), task, monkeypatch)
    texts = _texts()
    rows: list[Any] = [(text, None) for text in texts]
    rows += zip(texts[:200], reversed(texts[:200]), strict=True)
    assert check_tokenizer(source, tmp_path / "site", rows) == len(rows) > 5000


def test_wordpiece_as_in_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _site(tmp_path, chinese_tokenizer(), "masked_lm", monkeypatch)
    everything = "".join(chr(p) for p in range(0x30000) if not 0xD800 <= p < 0xE000)
    blocks = [everything[i : i + 100] for i in range(0, len(everything), 100)]
    rows = [(text, None) for text in [*_texts()[::5], *blocks]]
    assert check_tokenizer(source, tmp_path / "site", rows) == len(rows)


def test_a_tokenizer_that_differs_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _site(tmp_path, load_tokenizer(MICRO), "masked_lm", monkeypatch)
    script = tmp_path / "site" / "sentencepiece.js"
    script.write_text(script.read_text().replace("candidate > score", "candidate < score"))
    with pytest.raises(InputError, match="other pieces"):
        check_tokenizer(source, tmp_path / "site", [("The index is \u4e2d.", None)])
    script.write_text("broken(")
    with pytest.raises(InputError, match="failed"):
        check_tokenizer(source, tmp_path / "site", [("a", None)])


GOLDEN = """
import { readFileSync, writeFileSync } from "node:fs";
const [, module, cases, output] = process.argv;
const { Encoder } = await import(module);
const rows = JSON.parse(readFileSync(cases)).map((given) => {
  const encoder = Object.create(Encoder.prototype);
  encoder.description = given;
  encoder.special = given.special;
  encoder.predictsMasks = true;
  encoder.tokens = (ids) => ({ ids });
  const { arrays, truncated } = encoder.row(given.sides[0], given.sides[1] ?? null);
  const lists = Object.entries(arrays).map(([name, ids]) => [name, Array.from(ids)]);
  return { ...Object.fromEntries(lists), truncated };
});
writeFileSync(output, JSON.stringify(rows));
"""


def test_every_row_is_the_golden_one(tmp_path: Path) -> None:
    """The page cuts and packs as NumPy and the graph do: one table for all three."""
    page = Path(web_site.__file__).parent / "web_page"
    for name in ("encoder.js", "sentencepiece.js", "wordpiece.js"):
        shutil.copy(page / name, tmp_path)
    special = {"cls": CLS, "sep": SEP, "mask": MASK_ID}
    given = [
        {
            "sides": case.sides,
            "sequence_length": case.sequence_length,
            "truncate": case.truncate,
            "special": special,
        }
        for case in cases()
    ]
    (tmp_path / "cases.json").write_text(json.dumps(given))
    module = (tmp_path / "encoder.js").as_uri()
    paths = [str(tmp_path / "cases.json"), str(tmp_path / "rows.json")]
    subprocess.run(["node", "--input-type=module", "-e", GOLDEN, module, *paths], check=True)
    rows = json.loads((tmp_path / "rows.json").read_text())
    for case, row in zip(cases(), rows, strict=True):
        assert row == {
            "token_ids": case.token_ids,
            "segment_ids": case.segment_ids,
            "padding_mask": [1] * len(case.token_ids),
            "mask_positions": case.mask_positions or [0],
            "truncated": case.truncated,
        }
