{#
    Golden values of seconds_between: on either engine every row's actual must equal its expected. A test compiles this file
    for both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with cases as (

    select
        'a fraction' as case_name,
        cast('2026-06-01 10:59:59.900000' as timestamp) as earlier,
        cast('2026-06-01 11:00:00.150000' as timestamp) as later,
        cast(0.25 as double) as expected
    union all
    select
        'a microsecond' as case_name,
        cast('2026-06-01 10:00:00.000000' as timestamp) as earlier,
        cast('2026-06-01 10:00:00.000001' as timestamp) as later,
        cast(0.000001 as double) as expected
    union all
    select
        'over a leap day' as case_name,
        cast('2028-02-28 00:00:00' as timestamp) as earlier,
        cast('2028-03-01 00:00:00' as timestamp) as later,
        cast(172800 as double) as expected
    union all
    select
        'backwards' as case_name,
        cast('2026-06-01 11:00:00' as timestamp) as earlier,
        cast('2026-06-01 10:00:00' as timestamp) as later,
        cast(-3600 as double) as expected
    union all
    select
        'never' as case_name,
        cast('2026-06-01 11:00:00' as timestamp) as earlier,
        cast(null as timestamp) as later,
        cast(null as double) as expected

)

select
    case_name,
    {{ seconds_between('earlier', 'later') }} as actual,
    expected
from cases
