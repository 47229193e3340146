"""The ONNX graph, written from the variables."""
