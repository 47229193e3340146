"""Answers shown where they stand in their passage."""

from collections.abc import Mapping, Sequence
from typing import Any

import markupsafe

# Characters shown on either side of what is marked.
AROUND = 240


def marked_passage(prediction: Mapping[str, Any]) -> markupsafe.Markup:
    """The passage near its answers: `<mark>` on the model's, `<u>` on those in the file.

    Args:
        prediction: of a question: "context", "prediction", "start" and "end" (characters, where
            there is an answer), "gold" (texts), and "gold_start", where the first stands that the
            model is taught; of others the first place is taken.
    """
    context = prediction["context"]
    spans = []
    if prediction.get("prediction") and prediction.get("start") is not None:
        spans.append((int(prediction["start"]), int(prediction["end"]), "mark"))
    for text in dict.fromkeys(prediction.get("gold") or []):
        known = int(prediction.get("gold_start", 0))
        if not context.startswith(text, known):
            known = context.find(text)
        start = known if text else -1
        if start >= 0:
            spans.append((start, start + len(text), "u"))
    first = max(0, min((start for start, _, _ in spans), default=0) - AROUND)
    last = min(len(context), max((end for _, end, _ in spans), default=AROUND) + AROUND)
    inner = marked(context[first:last], [(s - first, e - first, tag) for s, e, tag in spans])
    before, after = "… " if first else "", " …" if last < len(context) else ""
    return markupsafe.Markup("{}{}{}").format(before, inner, after)


def marked(text: str, spans: Sequence[tuple[int, int, str]]) -> markupsafe.Markup:
    """Text with elements around spans, which may overlap.

    Args:
        text: what is shown; it is escaped.
        spans: (start, end, name of the element), in characters.

    >>> str(marked("a < b", [(0, 1, "mark"), (0, 5, "u")]))
    '<u><mark>a</mark></u><u> &lt; b</u>'
    """
    cuts = sorted({0, len(text), *(place for span in spans for place in span[:2])})
    parts = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        part = markupsafe.escape(text[start:end])
        for span_start, span_end, tag in spans:
            if span_start <= start and end <= span_end:
                part = markupsafe.Markup("<{0}>{1}</{0}>").format(markupsafe.Markup(tag), part)
        parts.append(part)
    return markupsafe.Markup("").join(parts)
