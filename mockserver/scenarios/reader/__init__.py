"""The grammar of scenario files: nodes with positions become a Scenario."""
