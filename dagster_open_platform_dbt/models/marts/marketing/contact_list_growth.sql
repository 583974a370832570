with members as (

    select
        contact_list_id,
        contact_id,
        {{ month_start('cast(added_at as date)') }} as month_start_date
    from {{ ref('stg_hubspot__contact_list_members') }}

),

lists as (

    select
        contact_list_id,
        list_name,
        is_dynamic
    from {{ ref('stg_hubspot__contact_lists') }}

),

months as (

    select
        month_start_date,
        contact_list_id,
        count(*) as added_count
    from members
    group by
        month_start_date,
        contact_list_id

)

select
    months.month_start_date,
    months.contact_list_id,
    lists.list_name,
    lists.is_dynamic,
    months.added_count,
    cast(sum(months.added_count) over (
        partition by months.contact_list_id
        order by months.month_start_date
        rows between unbounded preceding and current row
    ) as bigint) as member_count
from months
inner join lists
    on months.contact_list_id = lists.contact_list_id
