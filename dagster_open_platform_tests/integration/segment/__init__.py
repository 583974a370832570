"""The platform's instances over the emulated Segment and what it delivers."""
