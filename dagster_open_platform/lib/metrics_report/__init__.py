"""The metrics report: what the company's week was in numbers, as a page, as images and as metadata."""
