"""Zoom: meetings of sales, and webinars.

    numbers.py      Zoom's ids
    accounts.py     users, groups, channels
    meetings.py     meetings and who was in them
    webinars.py     webinars, registrants, participants
    polls.py        polls and questions
    tables.py       all of them together

The meetings are those of HubSpot's engagements (by the link), the webinars those of HubSpot's events (by the number). The dirt in it:

- a webinar's registrant may have typed a private address, and then is nobody's contact; addresses are as they were typed, capitals
  and all; who lost the connection has two rows, with another `user_id`;
- guests of meetings have a name but often no address; 5 % of those who joined by telephone have a number for a name;
- a meeting that was put off or to which nobody came has no report; one that is to come has no duration but the planned one;
- users who left are gone; their meetings stay.
"""
