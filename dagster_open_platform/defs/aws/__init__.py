"""What comes out of object storage: workspace snapshots and the cloud bill."""
