"""Engines on a Ray cluster: one actor per GPU or per share of a node's cores.

Ray's driver is a process of its own beside the server, so that neither Ray's threads nor its end
touch the server; the two speak over the link that a worker on this machine has, too.
`link_messages` is what they say, `backend` the server's side, `driver` and what it imports the
other one. Only the driver and the actors import Ray.
"""
