"""Pages that show how a model does, and where it goes wrong."""

from keras_albert.reports.pretraining_report import write_pretraining_report
from keras_albert.reports.report import write_report

__all__ = ["write_pretraining_report", "write_report"]
