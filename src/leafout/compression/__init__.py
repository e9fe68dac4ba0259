"""Smaller and faster models: layers dropped, distillation, the packed ONNX graph, int8, parity."""
