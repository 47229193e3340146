"""The model leaves: SavedModel and TFLite, each verified in a fresh process."""

from keras_albert.export.litert import export_tflite
from keras_albert.export.saved_model import export_saved_model

__all__ = ["export_saved_model", "export_tflite"]
