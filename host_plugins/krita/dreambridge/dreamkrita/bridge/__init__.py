"""The way to the server: a thread and what the user reads of it; no Qt, no Krita, no documents."""
