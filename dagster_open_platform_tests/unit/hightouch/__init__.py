"""The platform's side of Hightouch, over a workspace in memory: client, runs, component."""
