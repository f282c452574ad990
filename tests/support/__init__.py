"""What tests share: calls of a mock, tasks to play, answers to judge."""
