"""What the courses send.

What belongs here: its calls. What does not: tables and journeys.

A learner starts a course, completes one lesson after the other, some give up; the quiz comes after the last lesson, and is taken again by
those who fail. Whoever passes has completed the course, and gets a certificate; both are sent by the courses' server.
"""

import numpy as np

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.product.happenings import daily, pick_existing
from dagster_open_platform_local.company.segment.calls import MILLIS, Calls, made, together
from dagster_open_platform_local.company.segment.catalogue import UNIVERSITY
from dagster_open_platform_local.company.segment.visits import identified

COURSES = ("dagster-essentials", "dagster-and-dbt", "testing-with-dagster", "dagster-etl", "ai-pipelines")
LESSONS = (10, 8, 6, 9, 7)
_POPULARITY = thresholds((40, 22, 12, 16, 10))
PAGES = tuple(f"/courses/{course}" for course in COURSES)
PASSING_SCORE = 70
SERVER = 1 << 50
"""The device of the courses' server."""
_A_DAY = 8
_LEARNERS_KNOWN, _GIVES_UP, _FAILS = 0.8, 0.09, 0.25
_GAPS = (240, 900, 2400, 18_000, 5 * DAY_SECONDS)
_MOST = max(LESSONS)


def course_of(detail: Integers) -> Integers:
    """Index of the course of a call."""
    return detail & 7


def lesson_of(detail: Integers) -> Integers:
    """The lesson that a call is about; for a course that was completed, the days that it took."""
    return (detail >> 3) & 63


def score_of(detail: Integers) -> Integers:
    """What was scored in the quiz."""
    return detail >> 9


def university_calls(found: Directory) -> Calls:
    """All calls before a date."""
    rows = daily(found.settings, "segment_university", found.today, _A_DAY)
    draws = found.draws("segment_university", rows.ids)
    picked = pick_existing(draws, "user", found.user_created, rows.day_start)
    is_known = (picked >= 0) & draws.chance("known", _LEARNERS_KNOWN)
    user = np.where(is_known, picked + 1, 0)
    device = np.where(is_known, user << 2, (1 << 41) + rows.ids)
    course = draws.pick("course", _POPULARITY)
    start, key = rows.created * MILLIS, rows.ids << 12
    begun = made(
        key, UNIVERSITY.number("course_started"), device, start, user=user, page=course, detail=course
    )
    number = UNIVERSITY.number("pages")
    visited = made(key | 1, number, device, start - 5000, user=user, page=course)
    named = identified(
        UNIVERSITY, made(key | 16, number, device, start - 4000, user=user, page=course), is_known
    )
    return together([begun, visited, named, *_lessons(found.settings.seed, begun)])


def _lessons(seed: int, begun: Calls) -> list[Calls]:
    """What follows each start of a course."""
    course = course_of(begun.detail)
    index = np.repeat(np.arange(begun.ids.size, dtype=np.int64), _MOST)
    lesson = np.tile(np.arange(1, _MOST + 1, dtype=np.int64), begun.ids.size)
    draws = Draws(seed, "segment_lessons", begun.ids[index] | (lesson << 6))
    goes_on = ~draws.chance("gives_up", _GIVES_UP).reshape(-1, _MOST)
    goes_on &= lesson.reshape(-1, _MOST) <= np.array(LESSONS)[course][:, None]
    goes_on = goes_on.cumprod(axis=1) > 0
    elapsed = draws.quantile("gap", _GAPS).reshape(-1, _MOST).cumsum(axis=1) * MILLIS
    done = goes_on.ravel()
    moment = begun.moment[index] + elapsed.ravel()
    parts = []
    for table, offset in (("pages", -60_000), ("lesson_completed", 0)):
        number = UNIVERSITY.number(table)
        calls = made(
            draws.ids | (2 + number),
            number,
            begun.device[index],
            moment + offset,
            user=begun.user[index],
            page=course[index],
            detail=course[index] | (lesson << 3),
        )
        parts.append(calls.where(done))
    finished = goes_on.sum(axis=1) == np.array(LESSONS)[course]
    return [
        *parts,
        *_endings(seed, begun.where(finished), elapsed.max(axis=1, where=goes_on, initial=0)[finished]),
    ]


def _endings(seed: int, begun: Calls, elapsed: Integers) -> list[Calls]:
    """Quizzes, completions and certificates of those who have done all lessons."""
    draws = Draws(seed, "segment_quizzes", begun.ids)
    course = course_of(begun.detail)
    fails = draws.chance("fails", _FAILS)
    failed, passed = 30 + draws.below("failed", 39), PASSING_SCORE + draws.below("passed", 31)
    first = begun.moment + elapsed + 600_000
    last = first + np.where(fails, 900_000 + draws.below("again", 40_000_000), 0)
    days = np.minimum((last - begun.moment) // (DAY_SECONDS * MILLIS), 63)
    told = (
        ("quiz_submitted", 0, first, begun.device, course | (failed << 9), fails),
        ("quiz_submitted", 1, last, begun.device, course | (passed << 9), ~fails | True),
        ("course_completed", 2, last + 2_000, SERVER + course * 0, course | (days << 3), ~fails | True),
        ("certificate_issued", 3, last + 9_000, SERVER + course * 0, course, ~fails | True),
    )
    calls = []
    for table, place, moment, device, detail, chosen in told:
        number = UNIVERSITY.number(table)
        ids = begun.ids | (1 << 11) | (place << 4) | number
        calls.append(
            made(ids, number, device, moment, user=begun.user, page=course, detail=detail).where(chosen)
        )
    return calls
