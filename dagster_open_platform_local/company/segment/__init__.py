"""What the company's sites and its product send to Segment, and what Segment makes of it in the warehouse.

What belongs here: every call (page, identify, group, track) as a pure function of (settings, today), the tables that Segment's warehouse
destination fills with them, and Segment's own counts. What does not: Segment's API, and writing files (`services/saas/segment/`).

    catalogue.py    the four sources, their tables and columns
    calls.py        calls, and how they travel: clocks, queues, loads into the warehouse
    visits.py       visits to sites, and the calls that a visit makes
    website.py      the marketing site: visits as Google Analytics counts them, sign-ups as they were
    product.py      the product: its users, as the product itself counts their actions
    docs.py         the documentation
    university.py   the courses
    rows.py         columns of the calls
    tables.py       the tables of all sources
    counts.py       what Segment says that it received, refused and delivered

What is in it that whoever reads it stumbles over, as in real deliveries:

- 1.5 % of the calls come late, some by days: from browsers that were offline or asleep;
- 2 % of the devices have a wrong clock: `original_timestamp` and `sent_at` are theirs, `timestamp` is corrected by Segment;
- 0.6 % are delivered a second time, a day or more later, under the same `id`;
- bots visit the website and the documentation, and say so in their user agent only;
- who signs up was anonymous before: same `anonymous_id`, no `user_id`;
- ad blockers take a sixth of it all; and of anonymous visits to the website only each sixteenth is sent, since Segment bills by visitor;
- the EU's product sends nothing;
- `cta_clicked.experiment` exists from the 100th day of the company on;
- on the 87th day from 09:00 UTC on every load into the warehouse took nine hours;
- Segment refuses calls that violate the tracking plan: it received them, and the warehouse never gets them.
"""
