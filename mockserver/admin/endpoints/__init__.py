"""The endpoints of the admin API, one module for each subject."""
