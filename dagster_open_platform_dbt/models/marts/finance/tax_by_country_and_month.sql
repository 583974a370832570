with invoices as (

    select
        {{ month_start('invoice_date') }} as month_start,
        coalesce(country_code, 'unknown') as country_code,
        currency,
        subtotal_cents - discount_cents as net_cents,
        tax_cents
    from {{ ref('fct_invoices') }}
    where status not in ('draft', 'void')

),

countries as (

    select
        country_code,
        country_name,
        is_eu
    from {{ ref('country_codes') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

summed as (

    select
        month_start,
        country_code,
        currency,
        count(*) as invoice_count,
        count(case when tax_cents <> 0 then 1 end) as taxed_invoice_count,
        cast(sum(net_cents) as bigint) as net_cents,
        cast(sum(case when tax_cents <> 0 then net_cents else 0 end) as bigint) as taxed_net_cents,
        cast(sum(tax_cents) as bigint) as tax_cents
    from invoices
    group by
        month_start,
        country_code,
        currency

)

select
    summed.month_start,
    summed.country_code,
    countries.country_name,
    coalesce(countries.is_eu, false) as is_eu,
    summed.currency,
    summed.invoice_count,
    summed.taxed_invoice_count,
    summed.net_cents,
    summed.taxed_net_cents,
    summed.tax_cents,
    {{ usd('summed.tax_cents', 'rates.usd_per_unit') }} as tax_usd
from summed
left join countries
    on summed.country_code = countries.country_code
left join rates
    on summed.currency = rates.currency
