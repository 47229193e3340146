"""Sentences that every export answers before it is handed over."""

# From the PostgreSQL 15 manual (PostgreSQL licence, examples/data/LICENSE-postgresql) except the
# last three, which hold what a manual lacks: accents and ligatures, Chinese, and symbols.
SAMPLE_TEXTS = (
    "PostgreSQL is an object-relational database management system.",
    "Tables are grouped into databases, and a collection of databases managed by a single "
    "PostgreSQL server instance constitutes a database cluster.",
    "The index is updated.",
    "A transaction is said to be atomic: from the point of view of other transactions, it either "
    "happens completely or not at all.",
    "If more than one of the parameters is given, the last one takes effect (1,024 by default).",
    "VACUUM reclaims storage occupied by dead tuples.",
    "Ceci n\u2019est pas un caf\u00e9: na\u00efve \ufb01ancée, \u00bd d\u00e9j\u00e0 vu\u2026",
    "\u6570\u636e\u5e93\u662f\u4e00\u4e2a\u6709\u7ec4\u7ec7\u7684\u6570\u636e\u96c6\u5408\u3002",
    "100% \u2265 99.9 \U0001f418 a_b-c/d@e.f",
)
