"""Texts that break tokenizers."""

import random
from collections.abc import Iterator

HOSTILE = [
    "",
    " ",
    "\t\n\r\x0b\x0c",
    "[MASK]",
    "[CLS] a [SEP]",
    "<pad><unk><s>",
    "\0",
    "a\0b",
    "".join(map(chr, range(1, 32))),
    "\x7f\x80\x9f",
    "\u200b\u200c\u200d\u200e\u2060\ufeff",
    "\u2581",
    "a\u2581\u2581b",
    "\ufffd",
    "\u0301",
    "\u0301 a",
    "a \u0301 b",
    "e\u0301\u0302\u0303\u0327",
    "Z" + "\u0335" * 500,
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u202e\u0645\u0631\u062d\u0628\u0627\u202c abc",
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab",
    "\uff26\uff35\uff2c\uff2c\u3000\uff57\uff49\uff44\uff45",
    "\ufb01\ufb03 \u00bd \u2026 \u2460 \u33a1 \u01c4",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd",
    "\U0001d518\U0001d52b\U0001d526",
    "\u4e2d\u6587\uff0c\u6d4b\u8bd5\u3002",
    "\u0130stanbul \u1e9e \u039f\u0394\u039f\u03a3",
    "\U0010ffff\ue000\ufdd0",
    '(((((...-----\u2013\u00a3\u20ac"""',
    "1,2,3, 1,000,000, www xiii",
    "x" * 100_000,
    "a b " * 25_000,
    "\u00e9" * 20_000,
]


def random_texts(count: int, seed: int) -> list[str]:
    """Short strings that mix ASCII, Latin, combining marks and all of Unicode."""
    generator = random.Random(seed)
    ranges = [(0x20, 0x7F), (0x01, 0x500), (0x300, 0x370), (0x1100, 0x1200), (0xE000, 0x110000)]
    return [
        "".join(
            chr(generator.randrange(*generator.choice(ranges)))
            for _ in range(generator.randrange(12))
        )
        for _ in range(count)
    ]


def assigned_code_points() -> Iterator[str]:
    """All characters but surrogates of the planes that hold any, and some private ones."""
    for first, end in [(0, 0xD800), (0xE000, 0x40000), (0xE0000, 0xE0200), (0xF0000, 0xF0200)]:
        yield from map(chr, range(first, end))
