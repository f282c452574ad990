"""The pure core: a flow, commands and a moment give a tree. Nothing here reads a clock, a file or a socket."""
