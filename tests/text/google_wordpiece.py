"""`BasicTokenizer` and `WordpieceTokenizer` of google-research/albert, `tokenization.py`.

Written out here step by step as Google's code documents them, apart from our own code.
"""

import unicodedata


def _is_whitespace(character: str) -> bool:
    return character in " \t\n\r" or unicodedata.category(character) == "Zs"


def _is_control(character: str) -> bool:
    return character not in "\t\n\r" and unicodedata.category(character) in ("Cc", "Cf")


def _is_punctuation(character: str) -> bool:
    point = ord(character)
    ascii_marks = (33, 47), (58, 64), (91, 96), (123, 126)
    return any(a <= point <= b for a, b in ascii_marks) or unicodedata.category(
        character
    ).startswith("P")


def _is_chinese_char(point: int) -> bool:
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0x20000 <= point <= 0x2A6DF
        or 0x2A700 <= point <= 0x2B73F
        or 0x2B740 <= point <= 0x2B81F
        or 0x2B820 <= point <= 0x2CEAF
        or 0xF900 <= point <= 0xFAFF
        or 0x2F800 <= point <= 0x2FA1F
    )


def basic_tokens(text: str, lower: bool = True) -> list[str]:
    """`BasicTokenizer.tokenize`."""
    cleaned = ""
    for character in text:
        if ord(character) in (0, 0xFFFD) or _is_control(character):
            continue
        cleaned += " " if _is_whitespace(character) else character
    spaced = "".join(f" {c} " if _is_chinese_char(ord(c)) else c for c in cleaned)
    pieces = []
    for token in spaced.split():
        if lower:
            token = unicodedata.normalize("NFD", token.lower())
            token = "".join(c for c in token if unicodedata.category(c) != "Mn")
        word = ""
        for character in token:
            if _is_punctuation(character):
                pieces += [word, character]
                word = ""
            else:
                word += character
        pieces.append(word)
    return " ".join(pieces).split()


def wordpieces(word: str, vocabulary: set[str], max_characters: int = 200) -> list[str]:
    """`WordpieceTokenizer.tokenize` of one word."""
    if len(word) > max_characters:
        return ["[UNK]"]
    start, found = 0, []
    while start < len(word):
        end = len(word)
        while start < end:
            piece = word[start:end] if start == 0 else "##" + word[start:end]
            if piece in vocabulary:
                break
            end -= 1
        else:
            return ["[UNK]"]
        found.append(piece)
        start = end
    return found


def google_tokens(text: str, vocabulary: set[str], lower: bool = True) -> list[str]:
    """`FullTokenizer.tokenize` with a WordPiece vocabulary."""
    return [p for word in basic_tokens(text, lower) for p in wordpieces(word, vocabulary)]
