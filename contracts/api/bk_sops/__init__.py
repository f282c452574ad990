"""What the judge says of the answers of all calls but `get_task_status`: envelopes, structure, rules."""
