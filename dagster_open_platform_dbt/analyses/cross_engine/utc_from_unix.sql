{#
    Golden values of utc_from_unix: on either engine every row's actual must equal its expected. A test compiles this file
    for both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with cases as (

    select
        'a fraction' as case_name,
        cast(1780276794.139131 as double) as seconds,
        cast('2026-06-01 01:19:54.139131' as timestamp) as expected
    union all
    select
        'the epoch' as case_name,
        cast(0 as double) as seconds,
        cast('1970-01-01 00:00:00' as timestamp) as expected
    union all
    select
        'before it' as case_name,
        cast(-0.5 as double) as seconds,
        cast('1969-12-31 23:59:59.5' as timestamp) as expected
    union all
    select
        'never' as case_name,
        cast(null as double) as seconds,
        cast(null as timestamp) as expected

)

select
    case_name,
    {{ utc_from_unix('seconds') }} as actual,
    expected
from cases
