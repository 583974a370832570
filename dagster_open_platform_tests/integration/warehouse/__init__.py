"""Tests of the warehouse seam with other processes, full disks and a server."""
