"""What lives in the EU's warehouse itself."""
