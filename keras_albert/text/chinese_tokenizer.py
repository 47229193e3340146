"""`ChineseTokenizer`, the former name of `WordPieceTokenizer`, for what was written with it."""

from keras_albert.text.wordpiece_tokenizer import WordPieceTokenizer

ChineseTokenizer = WordPieceTokenizer
