"""SQuAD's format and metrics, CMRC 2018's too."""
