{{ config(meta={'dagster': {'ref': {'name': 'fct_balance_transactions'}}}) }}

-- Each payout is the net of the movements that name it.
with movements as (

    select
        payout_id,
        currency,
        sum(case when is_payout then -net_cents else 0 end) as payout_cents,
        sum(case when is_payout then 0 else net_cents end) as parts_cents
    from {{ ref('fct_balance_transactions') }}
    where payout_id is not null
    group by
        payout_id,
        currency

)

select
    payout_id,
    currency,
    payout_cents,
    parts_cents
from movements
where payout_cents <> parts_cents
