"""Chaos: a week of a company with faults must leave the warehouse that a quiet week leaves, row for row, and no run stuck.

    command.py     both weeks, one after the other, and the verdict
    schedule.py    which faults there are on a day: a pure function of seed and day
    week.py        one world: a stack of its own, day after day, in rounds of normal operation
    world.py       what is done to its stack: services end and come back, the date moves
    strikes.py     what happens to a round: processes are killed, answers are spoilt
    apart.py       faults that are no part of a round: repeated deliveries, concurrent backfills, the daemon's end
    jobs.py        what a round asks of the worker
    worker.py      a process that has loaded the definitions, and forks one for each job
    work.py        what such a process does
    daemon.py      the daemon and its code server, as services of a stack
    location.py    the code location of the daemon: the platform, and a sensor that launches what is asked for
    requests.py    how it is asked
    part.py        the parts of the graph that shorter forms have
    processes.py   finding and killing processes
    look.py        what a Dagster instance is left with (remains.py): unfinished runs, slots, failures without a type
    compare.py     two warehouses, row for row
    report.py      figures

A world is a state directory with a stack (`stack/`). On each of its days the company's date moves on, the services follow, and normal
operation does all that is due (`demo/location.py`: `materialize_all`), as `just demo` does. The quiet world does so once a day. In the other
one a day has several rounds, each with some faults, and a last one without: whatever a fault has left undone, normal operation finds and
does. A fault counts only if it was seen to take effect:

    kind        what happens                                                     seen by
    run         the process that executes runs is killed, with or without        it was alive, and ended by that signal
                its children (dbt, Sling); so is one that waits to try again
    sling       the Sling program is killed                                      as above
    service     a service of the stack is killed, and started again              as above
    daemon      Dagster's daemon is killed while a run is requested, queued      as above; the run that was asked for has
                or executed, and started again                                   ended, and there is one
    disk        the process may write no file beyond a part of the warehouse's   a failure that says so
    api         429, 500, a cut connection, half an answer, none of JSON, a      the service's count of faults that it served
                slow answer
    clock       a round as of yesterday                                          it executed runs
    late        the product's databases get a day's rows only after the          its health said so when the round had ended
                round of that day
    duplicate   vendors or exports deliver once more what they have delivered    the time that the delivery bears
    backfill    two processes fill overlapping partitions at the same time       both executed at the same time

A full disk is made with the kernel's limit on the size of files (RLIMIT_FSIZE), and not with a small file system: to mount one needs
rights that neither CI nor a laptop gives. The write fails in the same place, in the middle of a file, with EFBIG for ENOSPC; the program
reads both alike.

The worker loads the definitions once, and each job is a fork of it: a process that is killed with SIGKILL is as dead as one that had loaded
them itself, and a week has hundreds. It opens nothing before it forks.

What belongs here: faults, and what must hold after them. What does not: what normal operation does (`demo/`), and the clauses that hold of
each component alone (`dagster_open_platform/conformance`).
"""
