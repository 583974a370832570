"""What the company, and those who work with it, leave in object storage: every object as a pure function of (settings, day).

What belongs here: keys, bytes and the day on which an object is put there (a module a bucket). What does not: putting it there
(that is a service, `services/exports/`). Nothing of it is kept beside the company's files.

    objects.py            what an object is; JSON, gzip and Parquet, the same bytes for the same rows
    catalogue.py          which exports there are
    workspace.py          customers' workspaces, with workspace_content.py: what is defined in a code location
    billing.py            AWS's cost and usage report, with billing_rows.py: what is used and when AWS knows
    community.py          counts of the community's Slack
    telemetry.py          events of open-source installations, with installations.py: whose
    changes.py            change files of the product's database, with change_rows.py: what changed on a day
    stream.py             events of the product in micro-batches

What is in it that a reader stumbles over, as in real buckets (each module's docstring says how much of it):

- workspace: two formats, one after the other; parts, some of them compressed; a manifest that comes last; code locations that
  failed to load;
- billing: files that are written anew every night, with rows that come late and amounts that change until the fifth of the next
  month; columns that come in the middle of the year; a second file when the month is large;
- community: a day that is exported again, beside the first export; a channel that is renamed;
- telemetry: events that come days late, and twice, also in another day's folder; numbers as text;
- changes: rows in another order than that of the changes, rows and files that are there twice, a file that comes again after
  newer changes; a column that comes; deletes;
- stream: events that come again in the next file; events that come days late; payloads that differ by type.

What belongs to a day is there when the day is over, and nothing in it is of a later day. An object is written once, save those
of billing.
"""
