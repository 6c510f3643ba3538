"""What is planned to happen at a chair, as data."""
