"""The pure core: a flow, commands and a moment give a tree; nothing here reads a clock, a file or a socket."""
