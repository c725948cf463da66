"""From a source's pixels to its dream, through `bridgeclient`. Knows no dialog.

jobs             a job on the server, with GIMP's progress bar
transfer         what is sent of a source, and its dream on the source's own pixels
delta            a dream's change added to pixels beyond what the network sees
draft            at half size with half the steps
preview_request  at the size of the dialog's preview
inspection       what the network is shown to tell what it sees
duration         how long a dream will take
"""
