"""The API of BlueKing Standard OPS."""
