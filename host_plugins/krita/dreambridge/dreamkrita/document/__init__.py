"""Pixels out of documents of Krita and layers into them; knows no widgets and no server."""
