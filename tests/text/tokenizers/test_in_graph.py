"""The two forms of the tokenizer give the same ids."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from keras_albert.errors import InputError
from keras_albert.text import AlbertTokenizer
from tests.runners import WITHOUT_KERAS
from tests.text.hostile import HOSTILE, random_texts

TIES = ["www", "wwww.postgresql.org", "xiii", "aaaaaaa", "0000000"]


def in_graph(tokenizer: AlbertTokenizer, texts: list[str], fast: bool = True) -> list[np.ndarray]:
    """Ids by way of a traced function, in batches of 256."""
    module = tokenizer.in_graph(fast=fast)
    call = tf.function(module, input_signature=[tf.TensorSpec([None], tf.string)])
    found: list[np.ndarray] = []
    for start in range(0, len(texts), 256):
        flat_ids, row_splits = call(tf.constant(texts[start : start + 256]))
        assert flat_ids.dtype == tf.int32
        assert row_splits.dtype == tf.int64
        found += np.split(flat_ids.numpy(), row_splits.numpy()[1:-1])
    return found


def differing(
    tokenizer: AlbertTokenizer, texts: list[str], fast: bool = True
) -> list[tuple[np.ndarray, np.ndarray]]:
    pairs = zip(tokenizer.encode(texts), in_graph(tokenizer, texts, fast), strict=True)
    return [(first, second) for first, second in pairs if not np.array_equal(first, second)]


def test_the_two_forms_agree_on_the_whole_manual(
    tokenizer: AlbertTokenizer, paragraphs: list[str]
) -> None:
    assert len(paragraphs) == 18_228
    assert differing(tokenizer, paragraphs) == []


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_the_two_forms_agree_on_hostile_text(tokenizer: AlbertTokenizer, text: str) -> None:
    assert differing(tokenizer, [text]) == []
    for python, graph in differing(tokenizer, [text], fast=False):
        assert Counter(python.tolist()) == Counter(graph.tolist())


def test_the_two_forms_agree_on_random_text(tokenizer: AlbertTokenizer) -> None:
    assert differing(tokenizer, random_texts(10_000, seed=4) + TIES) == []


def test_the_ordinary_operation_differs_only_in_the_order_of_ties(
    tokenizer: AlbertTokenizer, paragraphs: list[str]
) -> None:
    """The same pieces, equally likely in another order: 'w ww' and 'ww w'."""
    texts = paragraphs[::3] + TIES
    different = differing(tokenizer, texts, fast=False)
    for python, graph in different:
        assert Counter(python.tolist()) == Counter(graph.tolist())
        assert tokenizer.decode(python) == tokenizer.decode(graph)
    assert len(different) < len(texts) / 500


def test_bytes_that_are_not_utf8_become_unknown(tokenizer: AlbertTokenizer) -> None:
    flat_ids, row_splits = tokenizer.in_graph()(tf.constant([b"the \xff", b"the"]))
    assert flat_ids.numpy()[: row_splits[1]].tolist()[-1] == tokenizer.unk_token_id
    assert flat_ids.numpy()[row_splits[1] :].tolist() == tokenizer.encode(["the"])[0].tolist()


def test_an_empty_batch(tokenizer: AlbertTokenizer) -> None:
    flat_ids, row_splits = tokenizer.in_graph()(tf.constant([], tf.string))
    assert (flat_ids.numpy().tolist(), row_splits.numpy().tolist()) == ([], [0])


def test_tf_data_gives_the_same_ids(tokenizer: AlbertTokenizer, paragraphs: list[str]) -> None:
    texts = paragraphs[:300] + TIES + HOSTILE[:30]
    expected = tokenizer.encode(texts)
    dataset = tf.data.Dataset.from_tensor_slices(texts)
    single = [row.numpy() for row in dataset.map(tokenizer)]
    batched = [row.numpy() for batch in dataset.batch(64).map(tokenizer) for row in batch]
    for rows in (single, batched):
        assert all(map(np.array_equal, rows, expected))
        assert len(rows) == len(expected)


def test_tf_data_decodes_as_python_does(tokenizer: AlbertTokenizer, paragraphs: list[str]) -> None:
    texts = paragraphs[:100]
    dataset = tf.data.Dataset.from_tensor_slices(texts).batch(10)
    decoded = dataset.map(lambda batch: tokenizer.detokenize(tokenizer(batch)))
    found = [text.decode() for batch in decoded for text in batch.numpy()]
    assert found == [tokenizer.decode(ids) for ids in tokenizer.encode(texts)]


@pytest.mark.parametrize("fast", [True, False])
def test_digit_comma_in_the_graph(
    digit_tokenizer: AlbertTokenizer, paragraphs: list[str], fast: bool
) -> None:
    tokenizer = digit_tokenizer
    texts = [t for t in paragraphs if any(f"{d}," in t for d in range(10))][:500]
    texts += ["", "1,", "1, 2, 3,", "none"]
    different = differing(tokenizer, texts, fast)
    assert not (fast and different)
    for python, graph in different:
        assert Counter(python.tolist()) == Counter(graph.tolist())
    dataset = tf.data.Dataset.from_tensor_slices(texts)
    for rows in (dataset.map(tokenizer), dataset.batch(64).map(tokenizer).unbatch()):
        found = [row.numpy() for row in rows]
        assert all(map(np.array_equal, found, tokenizer.encode(texts)))


LOAD = """
import sys
import numpy as np
import tensorflow as tf
import tensorflow_text
ids, splits = tf.saved_model.load(sys.argv[1]).encode(tf.constant(sys.argv[2:]))
# What hides Keras is of the package's lowest floor; every other room imports the errors.
assert "keras_albert.errors" not in sys.modules
print([row.tolist() for row in np.split(ids.numpy(), splits.numpy()[1:-1])])
"""


def test_saved_model_in_a_process_without_us(tokenizer: AlbertTokenizer, tmp_path: Path) -> None:
    module = tf.Module()
    module.tokenizer = tokenizer.in_graph()
    module.encode = tf.function(
        module.tokenizer, input_signature=[tf.TensorSpec([None], tf.string)]
    )
    tf.saved_model.save(module, str(tmp_path))
    texts = ["The Caf\u00e9, [MASK]", "", "www.postgresql.org costs \u00a31,000"]
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS + LOAD, str(tmp_path), *texts],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == str([ids.tolist() for ids in tokenizer.encode(texts)])


def test_without_tensorflow_it_says_what_to_install(
    tokenizer: AlbertTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow_text", None)
    with pytest.raises(InputError, match="tensorflow-text"):
        tokenizer.in_graph()
