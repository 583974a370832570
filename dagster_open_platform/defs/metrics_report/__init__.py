"""What the company's week was in numbers."""
