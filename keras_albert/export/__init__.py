"""The model leaves: SavedModel, TFLite, ONNX, OpenVINO and a page; verified in a fresh process."""

from keras_albert.export.onnx import export_onnx
from keras_albert.export.openvino import export_openvino
from keras_albert.export.saved_model import export_saved_model
from keras_albert.export.tflite.export_tflite import export_tflite
from keras_albert.export.web.export_web import export_web

__all__ = ["export_onnx", "export_openvino", "export_saved_model", "export_tflite", "export_web"]
