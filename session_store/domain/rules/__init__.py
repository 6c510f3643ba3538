"""The alert rules as data: the model, the tables as delivered, and sets of rules with a version."""
