"""An exported model in a process with its runtime alone: NumPy, the runtime, nothing of Keras.

`python -m keras_albert.runtime.run_onnx JOB.json` answers a job; see `run_job`.
"""
