"""Google Sheets: what finance, sales and marketing keep in sheets, each loaded by a connector of its own.

    finance.py      arr_targets, headcount_plan, marketing_budget
    selling.py      territory_assignments, event_calendar, competitor_watchlist
    tables.py       the rows of each sheet's connector

A sheet has no history: a cell that is corrected is simply another one, and a row that is deleted moves those below it up. The dirt in it:

- a number among text, so the whole column is text (`churn_allowance`, `budget_usd`): "$12,000", "n/a", "TBD";
- addresses of owners who left, or with a capital or a blank too many; countries and segments spelled in several ways;
- rows that are there twice with other figures, blank rows between blocks (all cells null), a row of totals at the end;
- `utm_campaign` that does not exist, because somebody typed it by hand.
"""
