with submissions as (

    select
        submission_id,
        form_id,
        contact_id,
        {{ week_start('submitted_date') }} as week_start
    from {{ ref('stg_hubspot__form_submissions') }}

),

forms as (

    select
        form_id,
        form_name
    from {{ ref('stg_hubspot__forms') }}

),

addresses as (

    select
        submission_id,
        email_domain
    from {{ ref('stg_hubspot__submission_addresses') }}

),

excluded_domains as (

    select email_domain
    from {{ ref('excluded_email_domains') }}

)

select
    submissions.week_start,
    submissions.form_id,
    min(forms.form_name) as form_name,
    count(*) as submission_count,
    count(distinct submissions.contact_id) as contact_count,
    count(addresses.submission_id) as addressed_count,
    -- Somebody whose address says where they work.
    count(case when addresses.submission_id is not null and excluded_domains.email_domain is null then 1 end)
        as business_address_count
from submissions
left join forms
    on submissions.form_id = forms.form_id
left join addresses
    on submissions.submission_id = addresses.submission_id
left join excluded_domains
    on addresses.email_domain = excluded_domains.email_domain
group by
    submissions.week_start,
    submissions.form_id
