"""The one error for bad input, and suggestions for misspelt names."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Bad input: a file, a name or a setting that cannot be used.

    The message is one line that says what was passed, where it was found, what was expected
    and how to mend it. The command line prints it as it is and exits with status 2.
    """


def suggest(name: str, choices: Iterable[str]) -> str:
    """A sentence that names the nearest valid choice, or nothing when none is near.

    >>> suggest("albert_bsae_v2", ["albert_base_v2", "bert_base"])
    " Did you mean 'albert_base_v2'?"
    >>> suggest("zzz", ["albert_base_v2"])
    ''
    """
    near = difflib.get_close_matches(name, list(choices), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
