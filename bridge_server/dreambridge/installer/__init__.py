"""Getting the plug-ins into the editors and out again.

    base       what an editor has to tell: its profiles, its plug-in's files        (the interface)
    gimp, krita one module per editor, which knows that editor's folders and habits
    kritarc    the one line in Krita's configuration
    wheels     msgpack and pyzmq for whatever Python the editor brings
    archive    a plug-in as an archive, for Krita's own importer
    install    writes, updates and removes a plug-in
    manifest   the list of what an installation wrote
    checks     whether a plug-in is whole and can be loaded
    probe      what `checks` lets the editor's own Python say
    doctor     every check of `dreambridge doctor`, the server's too

A new editor is a module with an `Editor`, named in `registry`; nothing else changes.
"""
