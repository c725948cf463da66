"""The plug-in for GIMP 3: region and pixels out, pixels in, new layer.

    procedures   what GIMP is offered, and what happens when it is called
    arguments    the settings as arguments, and back
    declaring    the arguments as GIMP is told of them
    source       which pixels of which layer are dreamed
    selection    the shape that shows
    pixels       GIMP's buffers to image frames and back
    exchange     what is sent of a source, and how its dream comes back on its pixels
    change       a dream's change laid on pixels beyond what the network sees
    draft        at half size with half the steps
    duration     how long it will take
    dreaming     through the bridge, with GIMP's progress
    standing     how a dream stands to its source, so that only its change is seen
    layers       the new layer, or new pixels for an earlier one
    identity     which layer is which, in copies of the image too
    tracking     where a piece of a layer is after the image was scaled, cropped, flipped, turned
    meanwhile    what the document went through while a dream developed
    memory       what a dream layer remembers of its making
    dialog       GIMP's procedure dialog, arranged
    choices      what is chosen by name in it
    preview      the look of the settings inside the dialog

Holds no algorithm of the dream itself and knows the bridge only through `bridgeclient`.
"""
