with source as (

    select * from {{ source('stripe', 'customers') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by batch_timestamp desc
    ) = 1

)

select
    id as stripe_customer_id,
    name as customer_name,
    case when split_part(trim(description), '_', 1) = 'org' then trim(description) end as organization_public_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    lower(split_part(trim(email), '@', 2)) as email_domain,
    upper(nullif(trim(address_country), '')) as country_code,
    upper(currency) as currency,
    account_balance as balance_cents,
    discount_coupon_id as coupon_id,
    tax_exempt <> 'none' as is_tax_exempt,
    coalesce(delinquent, false) as is_delinquent,
    coalesce(deleted, false) as is_deleted,
    created as created_at,
    batch_timestamp as delivered_at
from latest
