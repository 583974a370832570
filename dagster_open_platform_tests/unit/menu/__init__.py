"""The administrator's menu."""
