"""English text as words, by the Penn Treebank's rules: what CMRC's metric does to Latin letters."""

import re

# Robert MacIntyre's rules of 1995 (`tokenizer.sed`), in the order in which they apply; the last
# full stop of a text stands apart, other full stops stay with their words.
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r'^"', r"`` "),
        (r'([ (\[{<])"', r"\1 `` "),
        (r"\.\.\.", r" ... "),
        (r"([:,])(?=\D|$)", r" \1 "),
        (r"[;@#$%&*]", r" \g<0> "),
        (r"[\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d\u201e]", r" \g<0> "),
        (r"([^.])(\.)([\])}>\"']*)\s*$", r"\1 \2 \3 "),
        (r"[?!]", r" \g<0> "),
        (r"[\][(){}<>]", r" \g<0> "),
        (r"--", r" -- "),
        (r'"', r" '' "),
        (r"([^'])' ", r"\1 ' "),
        (r"(?i)('s|'m|'d|'ll|'re|'ve|n't) ", r" \1 "),
        (r"(?i)\b(can)(not)\b", r"\1 \2"),
        (r"(?i)\b(gim|lem)(me)\b", r"\1 \2"),
        (r"(?i)\b(gon|wan)(na)\b", r"\1 \2"),
        (r"(?i)\b(got)(ta)\b", r"\1 \2"),
    )
)


def treebank_words(text: str) -> list[str]:
    """The words of a text.

    >>> treebank_words("Don't pay 3,000 (or 5%).")
    ['Do', "n't", 'pay', '3,000', '(', 'or', '5', '%', ')', '.']
    """
    text += " "
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.split()
