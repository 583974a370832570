-- Of everything that Stripe delivers, these two change every day.
with happened as (

    select max(created_date) as last_date
    from {{ ref('stg_stripe__invoices') }}
    union all
    select max(created_date) as last_date
    from {{ ref('stg_stripe__balance_transactions') }}

)

select max(last_date) as as_of_date
from happened
