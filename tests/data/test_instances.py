"""Instances from documents whose token ids are their places, so that text can be read back."""

import numpy as np
import pytest
from stub_tokenizer import StubTokenizer

from keras_albert.data.instances import InstanceMaker, InstanceOptions
from keras_albert.data.masking import MaskingOptions
from keras_albert.data.token_store import TokenStore
from keras_albert.data.token_store_writer import TokenStoreWriter
from keras_albert.errors import InputError

CLS, SEP = 2, 3
STRIDE = 2000  # document d holds the ids from 5 + 2000 d on, one after the other
TOKENIZER = StubTokenizer(60_000)


@pytest.fixture(scope="module")
def counting_store(tmp_path_factory):
    directory = tmp_path_factory.mktemp("stores") / "counting"
    generator = np.random.default_rng(0)
    with TokenStoreWriter(
        directory, tokenizer_fingerprint=TOKENIZER.fingerprint, vocabulary_size=60_000
    ) as writer:
        for document in range(25):
            lengths = generator.integers(1, 40, generator.integers(1, 40))
            if document == 7:
                lengths = np.array([5, 700, 3])  # a sentence longer than any instance
            ids = 5 + STRIDE * document + np.arange(lengths.sum())
            writer.write(str(document), np.split(ids, np.cumsum(lengths)[:-1]))
    return TokenStore(directory)


def make_maker(store, **options):
    settings = {"sequence_length": 64, "max_predictions": 10, "seed": 3} | options
    return InstanceMaker(store, TOKENIZER, InstanceOptions(**settings))


def read_back(instance):
    """The two segments as they were before masking, and the label."""
    x, y, weights = instance
    ids = x["token_ids"].copy()
    count = int(weights["masked_tokens"].sum())
    ids[x["mask_positions"][:count]] = y["masked_tokens"][:count]
    real = ids[: x["padding_mask"].sum()]
    assert real[0] == CLS and real[-1] == SEP
    middle = 1 + int(np.flatnonzero(real[1:] == SEP)[0])
    assert (x["segment_ids"][: len(real)] == (np.arange(len(real)) > middle)).all()
    assert (ids[len(real) :] == 0).all()
    return real[1:middle], real[middle + 1 : -1], int(y["sentence_order"])


def document_of(segment):
    documents = (segment - 5) // STRIDE
    assert (documents == documents[0]).all()
    assert (np.diff(segment) == 1).all()
    return documents[0]


def all_instances(maker, epochs=(0, 1)):
    for epoch in epochs:
        for index in range(len(maker)):
            yield maker.make(epoch, index)


@pytest.mark.parametrize("short_seq_prob", [0.0, 0.5])
def test_strict_pairs_unswap_to_consecutive_text_of_one_document(counting_store, short_seq_prob):
    maker = make_maker(counting_store, short_seq_prob=short_seq_prob)
    labels = []
    whole = 0
    for instance in all_instances(maker):
        first, second, label = read_back(instance)
        if label:
            first, second = second, first
        assert document_of(first) == document_of(second)
        assert first[-1] < second[0]
        if len(first) + len(second) < maker.options.max_tokens:
            # Nothing was cut off: the second begins where the first ends.
            assert first[-1] + 1 == second[0]
            whole += 1
        labels.append(label)
    assert whole > 0
    assert abs(np.mean(labels) - 0.5) < 6 * 0.5 / np.sqrt(len(labels))


def test_cuts_move_from_epoch_to_epoch(counting_store):
    maker = make_maker(counting_store)
    firsts = [{min(map(min, read_back(maker.make(e, i))[:2])) for i in range(len(maker))}
              for e in range(3)]  # fmt: skip
    assert len(firsts[0] ^ firsts[1]) > len(maker) / 3
    assert len(firsts[1] ^ firsts[2]) > len(maker) / 3


def test_next_sentence_in_strict_mode(counting_store):
    """BERT's task: 1 is a second segment from another document, 0 the text that follows."""
    maker = make_maker(counting_store, sentence_task="next_sentence")
    labels = []
    for instance in all_instances(maker):
        first, second, label = read_back(instance)
        assert (document_of(first) != document_of(second)) == bool(label)
        if not label:
            assert first[-1] < second[0]
        labels.append(label)
    assert abs(np.mean(labels) - 0.5) < 6 * 0.5 / np.sqrt(len(labels))


def test_no_sentence_task_keeps_the_order_and_weighs_nothing(counting_store):
    maker = make_maker(counting_store, sentence_task="none")
    for instance in all_instances(maker, epochs=(0,)):
        first, second, label = read_back(instance)
        assert label == 0 and first[-1] < second[0]
        assert instance[2]["sentence_order"] == 0


def test_google_mode_keeps_issue_234(counting_store):
    """Pairs over two documents exist, and all of them say 'swapped'."""
    maker = make_maker(counting_store, mode="google", dupe_factor=2)
    mixed = 0
    for instance in all_instances(maker, epochs=(0,)):
        first, second, label = read_back(instance)
        if document_of(first) != document_of(second):
            assert label == 1
            mixed += 1
        else:
            assert (first[0] > second[0]) == bool(label)
    assert mixed > 0


def test_google_pairs_are_fixed_and_masks_are_not(counting_store):
    maker = make_maker(counting_store, mode="google", dupe_factor=1, short_seq_prob=0.0)
    unchanged = 0
    for index in range(len(maker)):
        early, late = maker.make(0, index), maker.make(5, index)
        sizes = [tuple(map(len, read_back(instance)[:2])) for instance in (early, late)]
        assert read_back(early)[2] == read_back(late)[2]
        unchanged += sizes[0] == sizes[1]
    assert unchanged > 0.8 * len(maker)
    masks = [maker.make(e, 0)[0]["mask_positions"].tolist() for e in range(4)]
    assert len(set(map(tuple, masks))) > 1


def test_google_next_sentence(counting_store):
    maker = make_maker(counting_store, mode="google", sentence_task="next_sentence", dupe_factor=1)
    for instance in all_instances(maker, epochs=(0,)):
        first, second, label = read_back(instance)
        assert (document_of(first) != document_of(second)) == bool(label)


def test_evaluation_draws_from_another_stream(counting_store):
    maker = make_maker(counting_store)
    trained = [maker.make(0, i)[0]["token_ids"].tolist() for i in range(20)]
    evaluated = [maker.make(0, i, evaluation=True)[0]["token_ids"].tolist() for i in range(20)]
    assert all(a != b for a, b in zip(trained, evaluated, strict=True))


def test_tasks_that_need_several_documents_say_so(make_store):
    store = make_store([[np.array([5, 6]), np.array([7])]])
    for options in ({"sentence_task": "next_sentence"}, {"mode": "google"}):
        with pytest.raises(InputError, match="holds one document"):
            InstanceMaker(
                store, StubTokenizer(), InstanceOptions(64, 10, 0, MaskingOptions(), **options)
            )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sequence_length": 7}, "sequence_length is 7"),
        ({"max_predictions": 65}, "max_predictions is 65"),
        ({"max_predictions": 0}, "max_predictions is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"mode": "stict"}, "Did you mean 'strict'"),
        ({"sentence_task": "sentence_ordr"}, "Did you mean 'sentence_order'"),
        ({"short_seq_prob": 1.5}, "short_seq_prob is 1.5"),
        ({"dupe_factor": 0}, "dupe_factor is 0"),
        ({"mode": "google", "sentence_task": "none"}, "needs mode 'strict'"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(InputError, match=message):
        InstanceOptions(**({"sequence_length": 64, "max_predictions": 10, "seed": 0} | options))
