"""The contract in the words of other tools: an OpenAPI document, TypeScript types."""
