"""YouTube: the company's channel, its videos, and who watches them.

What belongs here, by modules:

    videos.py          which videos and playlists there are
    views.py           how often each was watched on each day
    tables_channel.py  the rows of channel, videos, playlists, comments
    tables_reports.py  the rows of the daily reports
    tables.py          all of them together

What does not: the campaigns (`commercial/campaigns.py`), whose webinars and launches are on the channel.
"""
