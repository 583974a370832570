{#
    Golden values of json_strings: on either engine every row's actual must equal its expected. A test compiles this file for
    both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with things as (

    select
        1 as thing_id,
        '["a", "b: c"]' as items
    union all
    select
        2 as thing_id,
        '[]' as items
    union all
    select
        3 as thing_id,
        cast(null as varchar) as items
    union all
    select
        4 as thing_id,
        '["it''s", "é"]' as items

),

elements as (

    {{ json_strings('things', ['thing_id'], 'items', 'element') }}

),

summary as (

    select
        thing_id,
        min(element) as first_element,
        max(element) as last_element,
        count(*) as element_count
    from elements
    group by thing_id

)

select
    'thing ' || thing_id as case_name,
    element_count || ' ' || first_element || ' ' || last_element as actual,
    case thing_id
        when 1 then '2 a b: c'
        when 4 then '2 it''s é'
        else 'no row'
    end as expected
from summary
union all
select
    'things with elements' as case_name,
    cast(count(*) as varchar) as actual,
    '2' as expected
from summary
