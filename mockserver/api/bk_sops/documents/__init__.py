"""What the API answers: the documents of tasks and nodes, in each edition."""
