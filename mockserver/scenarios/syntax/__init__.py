"""YAML and JSON text as nodes with positions; no scenario is known here."""
