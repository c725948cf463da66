"""`python -m dreambridge`, which plug-ins use to start the server from a recorded interpreter."""

from dreambridge.cli import main

if __name__ == "__main__":
    main()
