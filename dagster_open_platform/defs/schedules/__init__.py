"""Schedules that serve several integrations or none: what an automation condition cannot say."""
