"""LinkedIn pages: what the company posts, and who follows it.

What belongs here, by modules:

    posts.py           which posts there are
    statistics.py      what each post and each day brought
    tables_pages.py    the rows of the pages
    tables_posts.py    the rows of the posts
    tables.py          all of them together

What does not: advertisements on LinkedIn (`company/fivetran/linkedin_ads/`), and the campaigns that posts tell of
(`commercial/campaigns.py`).
"""
