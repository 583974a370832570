"""HubSpot: what marketing knows, and what sales told it.

    numbers.py      HubSpot's ids, and the moments of history mode
    audience.py     who is a contact
    firms.py        who is a company
    stages.py       how far both have come
    mailings.py     which e-mail went to whom, and what became of it
    contacts.py     contact, contact_company, contact_property_history
    companies.py    company, company_property_history, company lists
    sales.py        deals, their pipelines, stages, history and links
    activities.py   what sales did with whom
    engagements.py  its tables: calls, e-mails, meetings, notes and tasks
    emails.py       email_campaign, email_event and its details
    subscriptions.py  what recipients want to get
    forms.py        forms, submissions and their fields
    lists.py        lists of contacts
    plans.py        marketing's campaigns, e-mails and events
    portal.py       owners, users, teams, roles; properties and their options
    tables.py       all of them together

Everybody who signs up is sent here by the product, whatever their organization; leads come by forms and from events. HubSpot and
Salesforce know of each other: where a record has a Salesforce id, it is that of Salesforce's tables of the same day.

The dirt in it, beside that of `commercial/`:

- a contact is an e-mail address in small letters: who is there twice in Salesforce is here once, and `users.email` joins only in
  small letters; 2 % of those who signed up never arrived;
- what belongs to somebody who was erased or merged stays (history, e-mail events, forms), their links go;
- 2 % of the leads typed their address wrong first and are there twice; half of these are merged later: the wrong one is deleted, the
  right one names it in `property_hs_merged_object_ids`; 1 % ask to be erased, and are deleted;
- of deals only stage and amount have a history;
- a company that sales entered twice has no history the second time;
- a company is found by the domain of its people's addresses, so nobody with a private address belongs to one, and two accounts of one
  domain share their people;
- 1 % of the deals never came from Salesforce, the others minutes late; a tenth has no contacts; a deal has two rows in
  `deal_company` for its company, the primary one and the unlabelled one; 8 % of the deals' owners are missing;
- e-mail events begin 30 days before the epoch, when the connection was made; some are counted by machines (opens within seconds of
  the delivery), which `filtered_event` tells for half of them; a click may come without an open; what is after midnight is not there;
- who unsubscribed is `property_hs_email_optout`, but 5 % of what they would have got was begun all the same, and dropped;
- in history tables the last row of a property is active; its end is the year 9999.
"""
