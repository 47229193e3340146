"""Tagged words: CoNLL columns in, entities' F1 out."""
