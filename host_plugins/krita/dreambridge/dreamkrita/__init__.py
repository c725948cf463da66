"""The plug-in for Krita: region and pixels out, pixels in, new layer, and nothing that waits.

    plugin            what Krita is offered: a docker and its actions
    controller        what the docker and the actions ask for
    dream_run         one dream from the button to the finished layer
    sketcher          small dreams for the docker while nothing else runs
    seeing            what the network sees in the selection, asked beside dreams
    own_looks         the user's own looks, for all dockers                 (no Qt, no Krita)
    settings_model    the settings behind the widgets                       (no Qt, no Krita)
    errors            what the user is told when something isn't possible   (no Qt, no Krita)
    qt                the one place that knows PyQt5 from PyQt6

`ui`: what is seen in the docker. It knows the controller; nothing but `plugin` knows it.

    docker            the docker; its parts are the following
    picture_grids     the looks and the document's earlier dreams
    own_looks         Save look…, and what can be done with one's own looks
    look_thumbnail    the picture of a look that is saved
    seen_strip        It sees here; channel_grid has its pictures to click on
    fold_button       folds a part of the docker away
    sliders           what is changed most
    setting_fields    a widget for any setting; text_field where it is typed
    choices           what is dreamed of, and where the dream goes
    seeds             four seeds as pictures, and a surprise
    guide_selector    the guide: a layer or a file
    layer_selector    a field with the layers
    footer            Dream, Draft, Cancel, progress, messages
    sketch_view       the sketch, and the picture before it
    time_estimate     how long a dream would take
    frames_dialog     which frames of an animation, before they are dreamed
    wheel_filter      the mouse wheel scrolls, and changes no values

`bridge`: the way to the server. It knows neither documents nor widgets.   (no Qt, no Krita)

    bridge_thread     the thread that talks to the server
    question_thread   the one that asks what the network sees
    installed         where dreambridge is
    status_text       what the user reads while that happens

`document`: pixels out of Krita's documents and layers into them. It knows neither the bridge's
thread nor widgets.

    beginning         what becomes of a wish to dream
    running_dream     one dream under way, and reading its source
    running_frames    the frames of an animation under way
    animation         an animated layer at other times than the artist's
    watched           whether another layer is active, or something else selected
    source            which pixels of which layer are dreamed, and whether they can be
    seen_part         what of a layer is looked at, without a dream
    dream_layer       the layer in which a dream develops; layer_mask gives it the selection's shape
    saving            tells before Krita writes a document, so that no half a dream is in the file
    frames_layer      the animated layer of dreamed frames
    placement         a plain layer above the source, or a group for the two
    undo_step         the step that adding it was in the undo history
    earlier_dream     an earlier dream placed again
    strength          a layer painted in grey as a dream's strength
    tracking          where it belongs when the document changes under it
    dream_registry    which layer is a dream of which, and where the next one goes
    hidden_document   converts colours, lends its undo history
    feather           a selection's soft edge
    work_queue        work in between the GUI's own events
    thumbnail         a small picture of a layer
    storage           the history of dreams in the document's annotations
    history           that history as plain data                            (no Qt, no Krita)
    frames_file       keyframes as a file that Krita opens                  (no Qt, no Krita)
    payload           a dream's pixels to the server and back               (no Krita)
    draft_payload     the same at half the size                             (no Krita)
    sketch_payload    the same as a small picture for the docker            (no Krita)
    seen_pixels       what is looked at, as a question                      (no Krita)
    images            previews scaled to the layer, thumbnails              (no Krita)
    colour_space      colour spaces of layers, and the one that travels     (no Qt, no Krita)
    guide_file        a guide from a picture file                           (no Krita)
    extras            guide and strength                                    (no Qt, no Krita)
    difference        the dream's change added to colours that don't travel (no Qt, no Krita)
    shape             a selection as bytes                                  (no Qt, no Krita)
    pixels            the order of channels, bytes of masks and alpha       (no Qt, no Krita)

Holds no algorithm of the dream itself and knows the bridge only through `bridgeclient`.
"""
