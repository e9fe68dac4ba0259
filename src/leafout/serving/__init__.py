"""The service: releases and their registry, batching, HTTP, access. An ONNX release is served without torch."""
