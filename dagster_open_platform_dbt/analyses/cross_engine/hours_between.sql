{#
    Golden values of hours_between: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
select
    'two minutes over the hour' as case_name,
    {{ hours_between(
        "cast('2026-06-01 10:59:00' as timestamp)",
        "cast('2026-06-01 11:01:00' as timestamp)"
    ) }} as actual,
    cast(2 as double) / 60 as expected
union all
select
    'a day and a half' as case_name,
    {{ hours_between(
        "cast('2026-06-01 00:00:00' as timestamp)",
        "cast('2026-06-02 12:00:00' as timestamp)"
    ) }} as actual,
    cast(36 as double) as expected
union all
select
    'a month of 31 days' as case_name,
    {{ hours_between(
        "cast('2026-07-01 00:00:00' as timestamp)",
        "cast('2026-08-01 00:00:00' as timestamp)"
    ) }} as actual,
    cast(744 as double) as expected
union all
select
    'backwards' as case_name,
    {{ hours_between(
        "cast('2026-06-01 01:00:00' as timestamp)",
        "cast('2026-06-01 00:00:00' as timestamp)"
    ) }} as actual,
    cast(-1 as double) as expected
union all
select
    'null' as case_name,
    {{ hours_between(
        "cast('2026-06-01 00:00:00' as timestamp)",
        "cast(null as timestamp)"
    ) }} as actual,
    cast(null as double) as expected
