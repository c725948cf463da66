"""DeepDream in motion: the last frame's dream, carried along the optical flow into this one.

What a dream changed in the frame before moves with the picture (`flow`), is taken back into the
octaves where it came from (`carried`), and only a few steps are dreamed on top (`coherence`). Knows
images and octaves, no network. The idea of starting a frame's optimisation from the last result,
warped, where flow there and back agrees, is Ruder, Dosovitskiy and Brox's (2016, style transfer).
"""
