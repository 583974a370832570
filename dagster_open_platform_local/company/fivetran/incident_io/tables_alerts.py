"""The rows of alerts and escalations.

What belongs here: those rows. What does not: which there were (`alerts.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled, hexadecimals
from dagster_open_platform_local.company.fivetran.incident_io.alerts import (
    PER_DAY,
    Alerts,
    alerts,
    escalations,
)
from dagster_open_platform_local.company.fivetran.incident_io.happenings import MAJOR
from dagster_open_platform_local.company.fivetran.incident_io.view import View
from dagster_open_platform_local.company.fivetran.incident_io.words import MONITORS, STATUSES
from dagster_open_platform_local.company.fivetran.linear.view import picked
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import choice, joined, moments
from dagster_open_platform_local.company.product.happenings import daily

SCHEMA = "incident_io"
_ATTRIBUTES = (("Service", "String"), ("Region", "String"))
_SERVICES = ("runs", "run-monitor", "exports", "web")
_REGIONS = ("us", "eu")


def alert_tables(found: View) -> dict[str, pa.Table]:
    """Those tables by name."""
    idle = daily(found.settings, "idle_alerts", found.today, PER_DAY)
    sent = alerts(found.settings.seed, found.now, idle, found.incidents, found.course)
    own = found.ids("alert", sent.keys, sent.created)
    return {
        "alert": _alerts(found, sent, own),
        **_attributes(found, sent, own),
        "incident_alert": _of_incidents(found, sent, own),
        **_escalations(found, sent, own),
    }


def _alerts(found: View, sent: Alerts, own: pa.Array) -> pa.Table:
    draws = Draws(found.settings.seed, "incident_alerts", sent.keys)
    ended = sent.resolved < found.now
    name = choice([name for name, _ in MONITORS], sent.monitor)
    return assembled(
        SCHEMA,
        "alert",
        {
            "id": own,
            "alert_source_id": found.setup("monitor", sent.monitor, len(MONITORS)),
            "title": joined(name, " is out of bounds"),
            "description": joined("Seen by ", name),
            "status": choice(("firing", "resolved"), ended.astype(np.int64)),
            "deduplication_key": hexadecimals(draws.bits("deduplication"), 16),
            "source_url": joined("https://monitors.example.com/events/", draws.below("event", 1 << 31)),
            "resolved_at": found.come(sent.resolved),
            "created_at": moments(sent.created),
            "updated_at": moments(np.where(ended, sent.resolved, sent.created)),
        },
    )


def _attributes(found: View, sent: Alerts, own: pa.Array) -> dict[str, pa.Table]:
    """The service and the region of each alert; the region is not known of all."""
    draws = Draws(found.settings.seed, "incident_alerts", sent.keys)
    has = np.stack([np.ones(sent.keys.size, dtype=np.bool_), ~draws.chance("no_region", 0.2)], axis=1)
    index, attribute = np.nonzero(has)
    service = choice(_SERVICES, sent.monitor).take(pa.array(index)).to_pylist()
    region = choice(_REGIONS, draws.below("region", 2)).take(pa.array(index)).to_pylist()
    literal = [service[i] if each == 0 else region[i] for i, each in enumerate(attribute.tolist())]
    ids = found.setup("attribute", attribute, len(_ATTRIBUTES))
    alert = own.take(pa.array(index))
    return {
        "alert_attribute": assembled(
            SCHEMA,
            "alert_attribute",
            {
                "id": ids,
                "alert_id": alert,
                "name": choice([name for name, _ in _ATTRIBUTES], attribute),
                "type": choice([kind for _, kind in _ATTRIBUTES], attribute),
                "is_array": np.zeros(index.size, dtype=np.bool_),
            },
        ),
        "alert_attribute_value": assembled(
            SCHEMA,
            "alert_attribute_value",
            {
                "index": np.zeros(index.size, dtype=np.int64),
                "alert_attribute_id": ids,
                "alert_id": alert,
                "label": literal,
                "literal": literal,
            },
        ),
    }


def _of_incidents(found: View, sent: Alerts, own: pa.Array) -> pa.Table:
    mine = np.flatnonzero(sent.incident >= 0)
    incident = sent.incident[mine]
    status = found.course.status(found.now)[incident]
    return assembled(
        SCHEMA,
        "incident_alert",
        {
            "id": found.ids("incident_alert", sent.keys[mine], sent.created[mine]),
            "alert_id": own.take(pa.array(mine)),
            "alert_route_id": [found.setup_ids("route", 0)] * mine.size,
            "incident_id": found.incident_ids.take(pa.array(incident)),
            "incident_external_id": joined(found.incidents.numbers[incident]),
            "incident_status_category": choice([category for _, category, _ in STATUSES], status),
        },
    )


def _escalations(found: View, sent: Alerts, own: pa.Array) -> dict[str, pa.Table]:
    called = escalations(found.settings.seed, found.now, found.incidents, found.course)
    first = {incident: place for place, incident in reversed(list(enumerate(sent.incident.tolist())))}
    alert = np.array([first.get(each, -1) for each in called.incident.tolist()], dtype=np.int64)
    ids = found.ids("escalation", called.keys, called.created)
    answered = called.answered < found.now
    major = found.incidents.severity[called.incident] >= MAJOR
    reporter = np.where(alert < 0, found.course.lead[called.incident], -1)
    rows = assembled(
        SCHEMA,
        "escalation",
        {
            "id": ids,
            "creator_alert_id": picked(own, alert),
            "creator_user_id": picked(found.user_ids, reporter),
            "escalation_path_id": [found.setup_ids("path", 0)] * called.keys.size,
            "priority_name": choice(("Low", "High"), major.astype(np.int64)),
            "status": choice(("triggered", "acked"), answered.astype(np.int64)),
            "title": joined("On duty for INC-", found.incidents.numbers[called.incident]),
            "created_at": moments(called.created),
            "updated_at": moments(np.where(answered, called.answered, called.created)),
        },
    )
    grid = np.stack(
        [
            called.created + 5,
            np.where(called.second_called, called.created + 300, found.now),
            called.answered,
        ],
        axis=1,
    )
    index, event = np.nonzero(grid < found.now)
    moment = grid[index, event]
    return {
        "escalation": rows,
        "escalation_event": assembled(
            SCHEMA,
            "escalation_event",
            {
                "id": found.ids("escalation_event", called.keys[index] * 4 + event, moment),
                "escalation_id": ids.take(pa.array(index)),
                "event": choice(("notified", "escalated", "acked"), event),
                "urgency": choice(("low", "high"), major[index].astype(np.int64)),
                "occurred_at": moments(moment),
            },
        ),
    }
