"""ALBERT's text normalisation, written into the SentencePiece model itself.

ALBERT tokenizes lower-case text without accents: whitespace is collapsed, the text is decomposed
(NFKD), combining marks are dropped, and the rest is lower-cased (google-research/albert,
`tokenization.py`, `preprocess_text`). Google does it in Python, before SentencePiece. Here it is
the model's own character map, so Python, a TensorFlow graph, TFLite and C++ tokenize alike.

`Normalization` says which steps: Google's, or those of transformers, which also writes the quotes
`` and '' as " and drops marks of all kinds. The map holds the quotes too.

The map works on one code point at a time (quotes apart). `normalize` is the same function in plain
Python, and it differs from Google's four steps in three ways, each of which a test counts:

- `EXCEPTIONS`: control characters are dropped, and invisible formatting characters and the
  word mark U+2581 become spaces. These are the `nmt` rules of ALBERT's own `nmt_nfkc` model, which
  Google applies after the four steps.
- A capital sigma becomes U+03C3 everywhere. Python's `str.lower` looks at the whole word and writes
  U+03C2 at its end; a map of single code points cannot.
- The four steps use the Unicode tables of the running Python (`unicodedata.unidata_version`), and
  keep them in the model. Lone surrogates have no UTF-8 form and are an error in every tokenizer.
"""

import functools
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from keras_albert.errors import InputError

NORMALIZER_NAME = "albert_nfkd_lower"
"""What a model with this map carries in `normalizer_spec.name`."""

_DROPPED = (*range(0x01, 0x09), *range(0x0E, 0x1C), 0x7F, 0x8F, 0x9F)
_SPACES = (0x061C, 0x200B, 0x200C, 0x200E, 0x200F, 0x2581, 0xFEFF, 0xFFFD)

EXCEPTIONS: dict[str, str] = {
    **{chr(point): "" for point in _DROPPED},
    **{chr(point): " " for point in _SPACES},
}
"""The code points where the map differs from Google's four steps, and what they become."""

# Google's logs go to stderr and say nothing a caller can act on: keep warnings and errors.
sentencepiece.SetMinLogLevel(1)


@dataclass(frozen=True)
class Normalization:
    """Which steps are taken before a model's own character map.

    Attributes:
        lowercase: whether to write lower case.
        accents: "combining" drops characters with a combining class, as Google's
            `preprocess_text` does; "marks" drops all marks (categories Mn, Mc, Me), as transformers
            5 does; "keep" neither decomposes nor drops.
        quotes: whether `` and '' become ", as in transformers and not in Google's code.
    """

    lowercase: bool = True
    accents: Literal["combining", "marks", "keep"] = "combining"
    quotes: bool = False

    @property
    def name(self) -> str:
        """What a model that does these steps carries in `normalizer_spec.name`."""
        name = NORMALIZER_NAME if self.lowercase else "albert_nfkd"
        name += {"combining": "", "marks": "_marks", "keep": "_accents"}[self.accents]
        return name + ("_quotes" if self.quotes else "")

    def steps(self, character: str) -> str:
        """The steps for one code point: white space, NFKD, marks, lower case."""
        if character.isspace():
            return " "
        if self.accents != "keep":
            character = unicodedata.normalize("NFKD", character)
            drops = unicodedata.combining if self.accents == "combining" else _is_mark
            character = "".join(part for part in character if not drops(part))
        return character.lower() if self.lowercase else character

    def leaves(self, block: str) -> bool:
        """Whether the steps leave all characters of a block as they are."""
        return (
            not any(map(str.isspace, block))
            and not (self.lowercase and block.lower() != block)
            and (
                self.accents == "keep"
                or (
                    unicodedata.is_normalized("NFKD", block)
                    and not any(map(unicodedata.combining, block))
                    and not (self.accents == "marks" and any(map(_is_mark, block)))
                )
            )
        )


GOOGLE = Normalization()
"""google-research/albert, `tokenization.py`, `preprocess_text`."""

HUGGINGFACE = Normalization(accents="marks", quotes=True)
"""transformers 5, `AlbertTokenizer`."""

UNCHANGED = Normalization(lowercase=False, accents="keep")
"""No steps."""

_QUOTES = ("``", "''")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def normalize(text: str) -> str:
    """The text as the model sees it, in plain Python: the reference for the baked-in map.

    Args:
        text: any string without lone surrogates.

    Returns:
        The normalised text: words separated by single spaces, none at either end.

    >>> normalize("  The Caf\\u00e9\\tis\\u00a0OPEN ")
    'the cafe is open'
    """
    mapped = []
    for character in text:
        steps = GOOGLE.steps(character)
        mapped.append("".join(EXCEPTIONS.get(part, part) for part in steps))
    return " ".join(part for part in "".join(mapped).split(" ") if part)


def _changed_code_points(kept: frozenset[str], steps: Normalization) -> Iterator[str]:
    """Every code point that the steps change, and those of `kept`.

    Blocks of 256 that nothing touches (most of Unicode) are skipped whole: 0.3 s instead of 2 s.
    """
    for start in range(0, sys.maxunicode + 1, 256):
        if 0xD800 <= start < 0xE000:  # surrogates are not characters
            continue
        block = "".join(map(chr, range(max(start, 1), start + 256)))
        if kept.isdisjoint(block) and steps.leaves(block):
            continue
        for character in block:
            if character in kept or steps.steps(character) != character:
                yield character


class _StepsTable(dict[int, str]):
    """`Normalization.steps` for `str.translate`."""

    def __init__(self, normalization: Normalization) -> None:
        self._steps = normalization.steps

    def __missing__(self, point: int) -> str:
        self[point] = self._steps(chr(point))
        return self[point]


def _compose(second: list[tuple[str, str]], first: Normalization = GOOGLE) -> list[tuple[str, str]]:
    """The map that does the steps of `first` and then `second`.

    Args:
        second: (source, target) pairs; sources may be several code points long.
        first: the steps.

    Returns:
        (source, target) pairs. A source of several code points is kept where `second` treats the
        normalised sequence as a whole (it joins the parts of a Korean syllable, for example).
    """
    after = sentencepiece.SentencePieceNormalizer(
        norm_map=second,
        add_dummy_prefix=False,
        escape_whitespaces=False,
        remove_extra_whitespaces=False,
    )
    # All at once where there are many: sequences are most of the map, 220,000 of them.
    steps = _StepsTable(first)
    single = frozenset(source for source, _ in second if len(source) == 1)
    changed = list(_changed_code_points(single, first))
    targets = after.Normalize([character.translate(steps) for character in changed])
    composed = dict(zip(changed, targets, strict=True))
    several = {source for source, _ in second if len(source) > 1}
    # The text may hold the beginning of a sequence already joined: a Korean syllable of two
    # letters, followed by the third.
    several |= {unicodedata.normalize("NFC", source[:-1]) + source[-1] for source in several}
    one_by_one = str.maketrans(composed)
    sources = list(several)
    wholes = after.Normalize([source.translate(steps) for source in sources])
    composed |= {
        source: whole
        for source, whole in zip(sources, wholes, strict=True)
        if whole != source.translate(one_by_one)
    }
    if first.quotes:
        composed |= dict.fromkeys(_QUOTES, after.Normalize('"'))
    return [(source, composed[source]) for source in sorted(composed) if source != composed[source]]


@functools.cache
def normalizer() -> sentencepiece.SentencePieceNormalizer:
    """The map as a SentencePiece normalizer, to train a vocabulary with.

    It prefixes a word mark, writes spaces as U+2581 and collapses runs of them.
    """
    return sentencepiece.SentencePieceNormalizer(
        norm_map=_compose(sorted(EXCEPTIONS.items())),
        add_dummy_prefix=True,
        escape_whitespaces=True,
        remove_extra_whitespaces=True,
    )


def with_normalization(model_proto: bytes, steps: Normalization = GOOGLE) -> bytes:
    """A SentencePiece model whose character map does ALBERT's steps first.

    For a model trained elsewhere, whose user is expected to normalise the text before (Google's
    published `30k-clean.model` and `spiece.model`): the steps are put in front of the map the
    model has, so that the result on raw text is that of both in turn. A model without a map of its
    own gets, for Google's steps, exactly the map of `normalizer`.

    Not reproduced: a combining mark that stands between two code points which the model's own map
    would join once the mark is gone.

    Args:
        model_proto: a serialised SentencePiece model.
        steps: which steps.

    Returns:
        The serialised model with the new map; a model that already has it is returned unchanged.

    Raises:
        InputError: the bytes are not a SentencePiece model, or its map holds other steps already.
    """
    model = parse_model(model_proto)
    spec = model.normalizer_spec
    if is_normalized(model):
        # A vocabulary trained by this package has Google's steps and no name that says so.
        found = spec.name if spec.name.startswith("albert_") else GOOGLE.name
        if found == steps.name:
            return model_proto
        raise InputError(
            f"This model normalises text already, as {found!r} and not {steps.name!r}: import "
            "the file it was made from instead."
        )
    spec.name = steps.name
    spec.precompiled_charsmap = _composed_charsmap(spec.precompiled_charsmap, steps)
    spec.remove_extra_whitespaces = True
    spec.ClearField("normalization_rule_tsv")
    return bytes(model.SerializeToString())


def with_steps(model_proto: bytes, steps: Normalization) -> bytes:
    """A model of a tokenizer.json, which lists all of its steps: those first, then its map.

    Unlike `with_normalization`, nothing is taken for granted: where the file lists no steps, the
    map is all there is, ALBERT's or not.

    Args:
        model_proto: a serialised SentencePiece model.
        steps: which steps.

    Returns:
        The serialised model, named so that nobody adds steps again.
    """
    model = parse_model(model_proto)
    spec = model.normalizer_spec
    if steps != UNCHANGED or not spec.precompiled_charsmap:
        spec.precompiled_charsmap = _composed_charsmap(spec.precompiled_charsmap, steps)
        spec.name = steps.name
    elif not is_normalized(model):
        spec.name = steps.name
    return bytes(model.SerializeToString())


@functools.lru_cache(maxsize=4)  # it takes 4 s, and published models have one map between them
def _composed_charsmap(charsmap: bytes, steps: Normalization) -> bytes:
    """A model's compiled map (or none) with the steps in front."""
    own = sorted(EXCEPTIONS.items())
    if charsmap:
        spec = sentencepiece_model_pb2.NormalizerSpec(precompiled_charsmap=charsmap)
        model = sentencepiece_model_pb2.ModelProto(normalizer_spec=spec)
        model.pieces.add(piece="<unk>", type=2)  # a model must have one
        serialized = bytes(model.SerializeToString())
        own = sentencepiece.SentencePieceNormalizer(model_proto=serialized).Decompile()
    composed = sentencepiece.SentencePieceNormalizer(norm_map=_compose(own, steps))
    built = sentencepiece_model_pb2.NormalizerSpec()
    built.ParseFromString(composed.serialized_normalizer_spec())
    return bytes(built.precompiled_charsmap)


def parse_model(model_proto: bytes) -> sentencepiece_model_pb2.ModelProto:
    """A SentencePiece model's content.

    Raises:
        InputError: the bytes are not a SentencePiece model.
    """
    model = sentencepiece_model_pb2.ModelProto()
    try:
        model.ParseFromString(model_proto)
    except Exception as error:  # protobuf's DecodeError; its class moved between versions
        raise InputError("These bytes are not a SentencePiece model.") from error
    if not model.pieces:
        raise InputError("These bytes are not a SentencePiece model: it holds no pieces.")
    return model


def is_normalized(model: sentencepiece_model_pb2.ModelProto) -> bool:
    """Whether a model's map holds ALBERT's steps already, whichever.

    By its name; or, since SentencePiece's trainer gives every map a name of its own, by what it
    does: no other map that models come with takes an accent off.

    Raises:
        InputError: its map is damaged.
    """
    spec = model.normalizer_spec
    if spec.name.startswith("albert_"):
        return True
    if not spec.precompiled_charsmap:
        return False
    try:
        own = sentencepiece.SentencePieceNormalizer(model_proto=bytes(model.SerializeToString()))
    except (RuntimeError, ValueError) as error:
        raise InputError("The model's character map is damaged.") from error
    return str(own.Normalize("\u00c9")).strip("\u2581 ") == "e"
