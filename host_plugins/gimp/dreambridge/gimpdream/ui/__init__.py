"""The dialog: GIMP's own procedure dialog, with a preview. Only this package knows GTK.

dialog          GIMP's procedure dialog, arranged
combos          combo boxes for what is chosen by name
presets         the preset and the settings, kept in step
preview         the look of the settings, dreamed while the dialog is open
preview_source  what the preview is dreamed of, read again when the document changes
"""
