"""Where dreams are computed: the interface that the server knows, and what stands behind it.

Nothing here knows the server.
"""
