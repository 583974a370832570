"""What is deployed loads by itself."""
