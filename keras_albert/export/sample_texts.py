"""Sentences that every export answers before it is handed over, and others to calibrate on."""

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

# What activations are measured on where the caller gives nothing better: none of those above. The
# same manual, other pages, and then the same kinds of text that it lacks.
CALIBRATION_TEXTS = (
    "Echo the commands that dropdb generates and sends to the server.",
    "If a schema name is given then the text search dictionary is created in the specified schema. "
    "Otherwise it is created in the current schema.",
    "By default, the pg_file_settings view can be read only by superusers.",
    "Name of the table on which the trigger fired.",
    "Note that even when this parameter is disabled, the system will launch autovacuum processes "
    "if necessary to prevent transaction ID wraparound.",
    "The sorted method is only available if each of the opclasses used by the index provides a "
    "sortsupport function. If they do, this method is usually the best, so it is used by default.",
    "Arguments of the trigger function.",
    "To use IMPORT FOREIGN SCHEMA, the user must have USAGE privilege on the foreign server, as "
    "well as CREATE privilege on the target schema.",
    "test_decoding receives WAL through the logical decoding mechanism and decodes it into text "
    "representations of the operations performed.",
    "An example is: SELECT a, b FROM t ORDER BY a + b, c;",
    "Der Index wird \u00fcber Nacht neu aufgebaut; das dauert l\u00e4nger.",
    "\u8868\u7531\u884c\u548c\u5217\u7ec4\u6210\u3002",
    "50 \u20ac (+19 %) \U0001f600 x*y=z, www.example.org",
)
