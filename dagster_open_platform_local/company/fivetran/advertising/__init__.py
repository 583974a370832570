"""What an advertising tool knows, before it has the shape of any one tool.

What belongs here: how much each campaign is seen, clicked and paid for on each day, and which sign-ups a tool claims. What does not:
which campaigns there are (`commercial/campaigns.py`), the tables of a tool (`google_ads/`, `linkedin_ads/`, `reddit_ads/`, `bingads/`).

    rates.py        what a click costs and how many views it takes, by channel and kind
    splitting.py    whole numbers cut into parts that add up
    parts.py        what a campaign consists of: ad groups, ads, keywords, devices
    claims.py       which sign-ups a tool claims, and since when
    terms.py        what people typed before they clicked
    grouping.py     sums by key
    performance.py  views, clicks, costs and conversions of each day
    tables.py       what Fivetran adds: ids of rows in reports, versions in history tables

Every report of a tool is a sum over the same cells, so that an account's clicks are those of its campaigns, and these are those of
their ads. Where a report differs from what really happened:

- clicks and views of the last two days still have those in them that the tool takes back as invalid;
- a conversion counts on the day of its click, so a day's conversions grow for a month after it;
- one sign-up in eight cannot be traced to its click and is missing; some who only saw an ad are claimed besides, also by two tools.
"""
