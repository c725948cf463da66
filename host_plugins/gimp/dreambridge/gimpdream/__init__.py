"""The plug-in for GIMP 3: region and pixels out, pixels in, new layer.

    procedures   what GIMP is offered, and what happens when it is called
    arguments    the settings as typed arguments, and back
    source       which pixels of which layer are dreamed
    selection    the shape that shows
    pixels       GIMP's buffers to image frames and back
    dreaming     through the bridge, with GIMP's progress
    layers       the new layer, or new pixels for an earlier one
    identity     which layer is which, in copies of the image too
    tracking     where a piece of a layer is after the image was scaled, cropped, flipped, turned
    meanwhile    what the document went through while a dream developed
    memory       what a dream layer remembers of its making
    dialog       GIMP's procedure dialog, arranged
    preview      the look of the settings inside the dialog

Holds no algorithm of the dream itself and knows the bridge only through `bridgeclient`.
"""
