"""Pages that show how a fine-tuned model does, and where it goes wrong."""

from keras_albert.reports.report import write_report

__all__ = ["write_report"]
