"""What the company spends on Claude, and who uses it for what."""
