{#
    Golden values of campaign_slug: on either engine every row's actual must equal its expected. A test compiles this file
    for both targets and runs it on DuckDB and on an emulation of Snowflake.
#}
with cases as (

    select
        'underscores' as case_name,
        'Search_Brand_US' as written_tag,
        'search-brand-us' as expected
    union all
    select
        'blanks around it' as case_name,
        ' pmax-trial  ' as written_tag,
        'pmax-trial' as expected
    union all
    select
        'nothing but blanks' as case_name,
        '   ' as written_tag,
        cast(null as varchar) as expected
    union all
    select
        'null' as case_name,
        cast(null as varchar) as written_tag,
        cast(null as varchar) as expected

)

select
    case_name,
    {{ campaign_slug('written_tag') }} as actual,
    expected
from cases
