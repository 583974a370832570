"""Jobs for hand, and what runs by the clock."""
