"""Vocabulary training: ALBERT's layout, the same bytes twice, clear refusals."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sentencepiece

from keras_albert.errors import InputError
from keras_albert.text import AlbertTokenizer, train_vocabulary
from keras_albert.text.pieces import USER_SYMBOLS


@pytest.fixture(scope="module")
def some(paragraphs: list[str]) -> list[str]:
    return paragraphs[:400]


def test_layout_is_alberts(vocabulary: Path) -> None:
    """Read with sentencepiece alone, as any other program would."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary / "spiece.model"))
    assert processor.GetPieceSize() == 2000
    assert [processor.IdToPiece(i) for i in range(13)] == [
        *("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"),
        *("(", ")", '"', "-", ".", "\u2013", "\u00a3", "\u20ac"),
    ]
    assert [processor.IsControl(i) for i in range(6)] == [True, False, True, True, True, False]
    assert processor.IsUnknown(1)
    assert (processor.pad_id(), processor.bos_id(), processor.eos_id()) == (0, -1, -1)


def test_normalisation_is_in_the_model_file(vocabulary: Path) -> None:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary / "spiece.model"))
    assert processor.Encode("\u00a0The  DATAB\u00c1SE\u2009", return_type=str) == (
        processor.Encode("the database", return_type=str)
    )


def test_text_cannot_produce_a_special_piece(vocabulary: Path) -> None:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary / "spiece.model"))
    ids = processor.Encode("[CLS] [SEP] [MASK] <pad> \u2581[MASK]\u2581")
    assert not {0, 2, 3, 4} & set(ids)


def test_user_symbols_are_pieces_of_their_own(tokenizer: AlbertTokenizer) -> None:
    for symbol in USER_SYMBOLS:
        pieces = tokenizer.pieces(tokenizer.encode([f"data{symbol}base{symbol}{symbol}"])[0])
        assert pieces.count(symbol) == 3
        assert not any(symbol in piece for piece in pieces if piece != symbol)


def test_the_folder_says_what_was_done(vocabulary: Path, paragraphs: list[str]) -> None:
    content = json.loads((vocabulary / "vocabulary.json").read_text("utf-8"))
    digest = hashlib.sha256((vocabulary / "spiece.model").read_bytes()).hexdigest()
    assert content["fingerprint"] == digest
    assert content["size"] == 2000
    assert content["sentences_read"] == content["sentences_used"] == len(paragraphs[::6])
    assert content["versions"]["sentencepiece"] == sentencepiece.__version__
    assert sorted(path.name for path in vocabulary.iterdir()) == ["spiece.model", "vocabulary.json"]


def test_the_same_text_gives_the_same_bytes(some: list[str], tmp_path: Path) -> None:
    first = train_vocabulary(some, tmp_path / "a", size=500)
    second = train_vocabulary(iter(some), tmp_path / "b", size=500)
    assert first.fingerprint == second.fingerprint
    for name in ("spiece.model", "vocabulary.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_long_stream_is_sampled_by_its_seed(some: list[str], tmp_path: Path) -> None:
    def train(seed: int) -> str:
        folder = tmp_path / "sampled"
        trained = train_vocabulary(some, folder, size=300, seed=seed, max_sentences=100)
        content = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        assert (content["sentences_read"], content["sentences_used"]) == (400, 100)
        return trained.fingerprint

    first = train(1)
    assert train(1) == first
    assert train(2) != first


def test_sentences_are_read_once_and_progress_is_told(some: list[str], tmp_path: Path) -> None:
    given = 0

    def stream() -> Iterator[str]:
        nonlocal given
        for number in range(25_000):
            given += 1
            yield some[number % len(some)]

    told: list[int] = []
    train_vocabulary(stream(), tmp_path, size=300, max_sentences=200, progress=told.append)
    assert given == 25_000
    assert told == [10_000, 20_000, 25_000]


def test_a_long_sentence_is_cut_and_not_dropped(tmp_path: Path) -> None:
    words = " ".join(f"zebra{n % 7}" for n in range(6_000))
    trained = train_vocabulary([words], tmp_path, size=30)
    assert "zebra" in "".join(trained.get_vocabulary())


def refused(sentences: list[str], output: Path, **options: float) -> str:
    settings = {"size": 100, **options}
    with pytest.raises(InputError) as error:
        train_vocabulary(sentences, output, **settings)  # type: ignore[arg-type]
    assert not output.exists()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_size_too_large_names_the_largest(some: list[str], tmp_path: Path) -> None:
    message = refused(some[:50], tmp_path / "v", size=30_000)
    largest = int(message.split("--size ")[1].split()[0])
    assert train_vocabulary(some[:50], tmp_path / "w", size=largest).vocabulary_size() == largest
    refused(some[:50], tmp_path / "v", size=largest + 1)


def test_a_size_too_small_names_the_smallest(some: list[str], tmp_path: Path) -> None:
    message = refused(some, tmp_path / "v", size=20)
    assert "size=20 is too small" in message
    needed = int(message.split(" need ")[1].split()[0])
    assert train_vocabulary(some, tmp_path / "w", size=needed + 1).vocabulary_size() == needed + 1


@pytest.mark.parametrize("sentences", [[], [""], [" \t\n", "\u00a0"], ["\x01", "\u0301"]])
def test_no_text_is_refused(tmp_path: Path, sentences: list[str]) -> None:
    assert "no text" in refused(sentences, tmp_path / "v")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size=0"),
        ({"max_sentences": 0}, "max_sentences=0"),
        ({"character_coverage": 1.5}, "got 1.5"),
    ],
)
def test_senseless_settings_are_refused(
    tmp_path: Path, options: dict[str, float], message: str
) -> None:
    assert message in refused(["a b c"], tmp_path / "v", **options)


def test_a_lone_surrogate_is_refused(tmp_path: Path) -> None:
    assert "Sentence 1 holds a lone surrogate" in refused(["a", "b\ud800"], tmp_path / "v")


def test_an_error_in_the_stream_passes_through_and_writes_nothing(tmp_path: Path) -> None:
    def stream() -> Iterator[str]:
        yield "A sentence."
        raise InputError("line 2 is bad")

    with pytest.raises(InputError, match="line 2 is bad"):
        train_vocabulary(stream(), tmp_path / "v", size=50)
    assert not (tmp_path / "v").exists()


def test_training_is_silent(some: list[str], tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    train_vocabulary(some[:100], tmp_path, size=200)
    assert capfd.readouterr() == ("", "")
