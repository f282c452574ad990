"""The contracts of the calls of BlueKing Standard OPS."""
