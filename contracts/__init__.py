"""The judge: whether a request or an answer keeps the contract of its edition."""
