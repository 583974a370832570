"""What the company's sites and its product send to Segment."""
