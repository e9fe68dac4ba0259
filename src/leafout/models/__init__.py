"""Lean BERT and GPT-2 over token streams without padding, with weights that transformers loads one to one."""
