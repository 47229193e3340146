"""Masked tokens: the pretrainer, the masked-token model and what fills a text's masks."""
