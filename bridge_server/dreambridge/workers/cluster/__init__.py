"""Engines on a Ray cluster: one actor per GPU or per share of a node's cores.

Ray's driver is a process of its own beside the server, so that neither Ray's threads nor its end
touch the server; the two speak over the link that a worker on this machine has, too.
`pool` is the server's side, `process` and what it imports the other one, `actor` what runs on the
nodes. Only the driver and the actors import Ray.
"""
