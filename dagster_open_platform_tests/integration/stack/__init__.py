"""The supervisor with small stand-in services, as real processes."""
