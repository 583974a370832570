"""The emulated Public API of Segment, without sockets."""
