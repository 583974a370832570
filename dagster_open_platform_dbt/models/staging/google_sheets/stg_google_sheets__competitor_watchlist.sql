with source as (

    select * from {{ source('google_sheets', 'competitor_watchlist') }}

)

select
    competitor as competitor_name,
    website,
    category,
    last_funding_round,
    last_funding_usd_m * 1000000 as last_funding_usd,
    open_source as is_open_source,
    nullif(we_win_against_them, '?') as win_frequency,
    last_reviewed as reviewed_at
from source
