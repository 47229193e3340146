"""Tasks on texts and pairs: GLUE, CLUE, tables of one's own."""
