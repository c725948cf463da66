"""The plug-in for Krita: region and pixels out, pixels in, new layer, and nothing that waits.

    plugin       what Krita is offered: a docker and three actions
    docker       the docker; its parts are looks, sliders, fields, written, foot
    choices      what is chosen: the settings behind the widgets            (no Qt, no Krita)
    wheel        the mouse wheel scrolls, and changes no values
    forecast     how long a dream would take
    controller   one dream from the button to the finished layer
    turns        work in between the GUI's own events
    courier      the thread that talks to the server                       (no Qt, no Krita)
    story        what is told to the user while that happens                (no Qt, no Krita)
    dreaming     one dream under way, and reading its source
    parcel       its pixels to the server and back                         (no Krita)
    drafts       the same at half the size                              (no Krita)
    source       which pixels of which layer are dreamed, and whether they can be
    spaces       colour spaces of layers, and the one that travels          (no Qt, no Krita)
    scratch      a hidden document: converts colours, lends its undo history
    edge         a selection's soft edge
    change       the dream's change added to colours that don't travel      (no Qt, no Krita)
    shape        a selection as bytes                                      (no Qt, no Krita)
    pixels       the order of channels, bytes of masks and alpha            (no Qt, no Krita)
    pictures     previews scaled to the layer, thumbnails                  (no Krita)
    layer        the layer in which a dream develops
    footprint    where it belongs when the document changes under it
    family       which layer is a dream of which, and where the next one goes
    history      the dreams that a document remembers                       (no Qt, no Krita)
    memory       that history in the document's annotations
    qt           the one place that knows PyQt5 from PyQt6

Holds no algorithm of the dream itself and knows the bridge only through `bridgeclient`.
"""
