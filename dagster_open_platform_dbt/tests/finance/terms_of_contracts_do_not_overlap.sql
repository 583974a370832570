{{ config(meta={'dagster': {'ref': {'name': 'dim_contracts'}}}) }}

-- A subscription has one price at a time, and so has an organization without one.
with terms as (

    select
        contract_id,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by organization_id, stripe_subscription_id
            order by valid_from
        ) as next_valid_from
    from {{ ref('dim_contracts') }}

)

select
    contract_id,
    valid_from,
    valid_to,
    next_valid_from
from terms
where
    next_valid_from is not null
    and (valid_to is null or valid_to > next_valid_from)
