{#
    Golden values of median: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with numbers as (

    select
        'odd' as case_name,
        1 as n
    union all
    select
        'odd' as case_name,
        30 as n
    union all
    select
        'odd' as case_name,
        2 as n
    union all
    select
        'halfway' as case_name,
        1 as n
    union all
    select
        'halfway' as case_name,
        2 as n
    union all
    select
        'nulls' as case_name,
        cast(null as integer) as n
    union all
    select
        'nulls' as case_name,
        7 as n
    union all
    select
        'nothing' as case_name,
        cast(null as integer) as n

),

medians as (

    select
        case_name,
        {{ median('n') }} as actual
    from numbers
    group by case_name

)

select
    case_name,
    actual,
    case case_name
        when 'odd' then cast(2 as double)
        when 'halfway' then cast(1.5 as double)
        when 'nulls' then cast(7 as double)
    end as expected
from medians
