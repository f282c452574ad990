"""The pure core: the tree of a task from its flow, commands and a moment; it reads no clock, file or socket."""
