"""The server's process: sockets, jobs, bounds, keys, and its life from start to end.

`service.serve` runs it; `options` is what can be chosen. Everything else is its own business.
"""
