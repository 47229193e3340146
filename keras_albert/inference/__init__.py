"""Answering texts with a trained model or an exported one."""

from keras_albert.inference.predictor import Predictor, load_predictor

__all__ = ["Predictor", "load_predictor"]
