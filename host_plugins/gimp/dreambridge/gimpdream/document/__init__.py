"""GIMP's documents: what is read from them and written into them. Knows neither bridge nor dialog.

plan         what to dream: the sources in what is selected, and the parameters
source       a layer's region with its surroundings
appearance   what a layer shows, at full size or small
passthrough  what groups show that blend with the layers below them
selection    the selection as a mask
pixels       GIMP's buffers to image frames and back
frames       image frames in plain Python: parts, colours, alpha
animation    layers as the frames of an animation
checks       what can be dreamed of, and whether a finished dream still fits
layers       the new layer, or new pixels for an earlier one
guide_files  guides from picture files
visible      all that is visible as one layer
overwriting  dreams written into the layers that they were dreamed of
undo         one undo step, and the selection put back
compositing  how a dream is composited with its source, so that only its change is seen
dream_layer  an earlier dream's layer, to be dreamed again
metadata     how a layer was dreamed, kept with it
identity     which layer is which, in copies of the image too
tracking     where a region of a layer is after its image was transformed
"""
