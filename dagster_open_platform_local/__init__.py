"""Everything outside the platform's walls, for a laptop: the simulated company and the services that serve it."""
