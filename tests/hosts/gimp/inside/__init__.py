"""Runs in GIMP's own Python, as a batch: makes documents, dreams, and writes down what it finds."""
