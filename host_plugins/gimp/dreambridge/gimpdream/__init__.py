"""The plug-in for GIMP 3: region and pixels out, pixels in, new layer.

    procedures    what GIMP is offered, and what happens when it is called
    declarations  the procedures' arguments as GIMP is told of them
    arguments     the arguments' values as settings, and back
    commands      a new dream, and an earlier dream again
    execution     running a command: dream everything, then change the document
    errors        what the user is told
    ui            the dialog and its preview
    bridge        dreaming, by the server
    document      layers, selection, pixels, metadata

`ui` knows all the others and is known by `procedures` alone; `bridge` knows `document`, which knows
neither. Holds no algorithm of the dream itself and reaches the server only through `bridgeclient`.
"""
