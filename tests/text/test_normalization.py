"""The character map in the model against Python's own unicodedata."""

import io
import sys
import unicodedata
from collections.abc import Callable, Iterator

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st
from sentencepiece import sentencepiece_model_pb2

from keras_albert.errors import InputError
from keras_albert.text.normalization import (
    EXCEPTIONS,
    normalize,
    normalizer,
    with_normalization,
)
from tests.text.hostile import HOSTILE, random_texts


def google(text: str) -> str:
    """`preprocess_text` of google-research/albert: written here apart from our own code."""
    text = " ".join(text.strip().split())
    text = unicodedata.normalize("NFKD", text)
    text = "".join(character for character in text if not unicodedata.combining(character))
    return text.lower()


def squeeze(text: str) -> str:
    """What SentencePiece does to spaces after any map."""
    return " ".join(part for part in text.split(" ") if part)


def in_model(text: str) -> str:
    """The map's result with its word marks written as spaces again."""
    return normalizer().Normalize(text).replace("\u2581", " ").strip(" ")


def all_code_points() -> Iterator[str]:
    for point in range(sys.maxunicode + 1):
        if not 0xD800 <= point < 0xE000:  # surrogates have no UTF-8 form
            yield chr(point)


def differing(first: Callable[[str], str], second: Callable[[str], str]) -> set[str]:
    """The code points that two normalisations treat differently, standing between letters."""
    different: set[str] = set()
    characters = list(all_code_points())
    for start in range(0, len(characters), 512):
        block = characters[start : start + 512]
        text = "q".join(["", *block, ""])
        if first(text) != second(text):
            different |= {c for c in block if first(f"q{c}q") != second(f"q{c}q")}
    return different


def test_map_is_the_plain_python_function_on_every_code_point() -> None:
    assert differing(in_model, normalize) == set()


def test_exceptions_to_googles_steps_are_exactly_those_listed() -> None:
    # The capital sigma stands between letters here, where str.lower has no special case.
    assert differing(in_model, lambda text: squeeze(google(text))) == set(EXCEPTIONS)
    assert len(EXCEPTIONS) == 33


def test_exceptions_are_those_of_nmt_nfkc() -> None:
    """What ALBERT's own model (nmt_nfkc) does to these after Google's steps is what we do."""
    nmt = sentencepiece.SentencePieceNormalizer(
        rule_name="nmt_nfkc",
        add_dummy_prefix=False,
        escape_whitespaces=False,
        remove_extra_whitespaces=False,
    )
    assert {character: nmt.Normalize(google(character)) for character in EXCEPTIONS} == EXCEPTIONS


def test_final_sigma_is_the_one_difference_of_context() -> None:
    text = "\u039f\u0394\u039f\u03a3"
    assert google(text).endswith("\u03c2")
    assert in_model(text) == normalize(text) == google(text).replace("\u03c2", "\u03c3")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_map_is_the_plain_function_on_any_text(text: str) -> None:
    assert in_model(text) == normalize(text)


def test_map_is_googles_on_sequences() -> None:
    texts = random_texts(20_000, seed=1) + HOSTILE
    compared = 0
    for text in texts:
        if "\u03c2" in google(text) or any(character in EXCEPTIONS for character in text):
            continue
        assert in_model(text) == squeeze(google(text))
        compared += 1
    assert compared > 10_000


def test_the_manual_is_normalised_as_google_does(paragraphs: list[str]) -> None:
    assert [in_model(text) for text in paragraphs] == [squeeze(google(t)) for t in paragraphs]


def _model(rule: str) -> bytes:
    """A model as somebody else trains it."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["the quick brown fox jumps over the lazy dog"] * 20),
        model_writer=written,
        vocab_size=40,
        hard_vocab_limit=False,
        normalization_rule_name=rule,
        minloglevel=2,
    )
    return written.getvalue()


def test_a_model_without_a_map_gets_exactly_ours() -> None:
    changed = with_normalization(_model("identity"))
    processor = sentencepiece.SentencePieceProcessor(model_proto=changed)
    assert processor.Encode("The QUICK br\u00f6wn f\u00f3x", return_type=int) == (
        processor.Encode("the quick brown fox", return_type=int)
    )
    spec = sentencepiece_model_pb2.ModelProto.FromString(changed).normalizer_spec
    ours = sentencepiece_model_pb2.NormalizerSpec.FromString(
        normalizer().serialized_normalizer_spec()
    )
    assert spec.precompiled_charsmap == ours.precompiled_charsmap


@pytest.fixture(scope="module")
def imported() -> tuple[bytes, bytes]:
    """A model with SentencePiece's own normalisation, before and after ours is put in front."""
    original = _model("nmt_nfkc")
    return original, with_normalization(original)


def test_an_imported_model_does_googles_steps_and_then_its_own(
    imported: tuple[bytes, bytes],
) -> None:
    before, after = (sentencepiece.SentencePieceProcessor(model_proto=m) for m in imported)
    assert differing(after.Normalize, lambda text: before.Normalize(google(text))) == set()
    texts = ["\ud55c\uad6d\uc5b4", "\u1112\u1161\u11ab", "\uac00\u11a8", "Caf\u00e9 \ufb01"]
    for text in texts + random_texts(5_000, seed=2):
        if "\u03c2" in google(text):
            continue
        expected, got = before.Normalize(google(text)), after.Normalize(text)
        if got != expected:  # a mark between two letters that join once it is gone
            assert any(unicodedata.combining(character) for character in text)
            assert unicodedata.normalize("NFC", got) == unicodedata.normalize("NFC", expected)


def test_adding_twice_changes_nothing(imported: tuple[bytes, bytes]) -> None:
    assert with_normalization(imported[1]) == imported[1]


def test_pieces_and_scores_stay(imported: tuple[bytes, bytes]) -> None:
    before, after = map(sentencepiece_model_pb2.ModelProto.FromString, imported)
    assert list(before.pieces) == list(after.pieces)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x00" * 100])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="not a SentencePiece model"):
        with_normalization(content)
