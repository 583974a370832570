"""Pictures of the UI for the documentation, taken by a headless browser.

What belongs here: which pages are shown, the browser, and what is said if there is none. What does not: the UI and what it shows (`stack/`).
"""
