"""The dialog: GIMP's own procedure dialog, with a preview. Only this package knows GTK.

dialog          GIMP's procedure dialog, arranged
combos          combo boxes for what is chosen by name
presets         the preset and the settings, kept in step
looks           the looks as pictures
own_looks       looks of the user's own: saved, renamed, exported
channels        what the network sees in the picture, to be clicked into the look
seeds           the seed, four of them as pictures, and surprises
guides          what a dream is guided by
picture_choice  choosing one of several pictures
preview         the look of the settings, dreamed while the dialog is open
preview_picture the preview's picture: its room, before and after, moved with the mouse
seeing          asking what the network sees
sketches        small pictures, dreamed while nothing else is to be done
pixbufs         frames as pictures for the screen
preview_source  what the preview is dreamed of, read again when the document changes
"""
