with accounts as (

    select
        account_id,
        account_type,
        owner_user_id,
        created_date
    from {{ ref('dim_accounts') }}

),

-- What changed before Salesforce was introduced was so on the day on which the account was entered.
changes as (

    select
        told.account_id,
        told.field_name,
        told.old_value,
        told.new_value,
        case
            when cast(told.changed_at as date) < accounts.created_date then accounts.created_date
            else cast(told.changed_at as date)
        end as changed_date,
        told.changed_at,
        told.account_change_id
    from {{ ref('stg_salesforce__account_history') }} as told
    inner join accounts
        on told.account_id = accounts.account_id
    where told.field_name in ('type', 'owner')

),

-- Of several changes of a day the last one holds at its end; what was before the first one is its old value.
day_changes as (

    select
        account_id,
        field_name,
        new_value,
        changed_date
    from changes
    qualify row_number() over (
        partition by account_id, field_name, changed_date
        order by changed_at desc, account_change_id desc
    ) = 1

),

first_changes as (

    select
        account_id,
        field_name,
        old_value
    from changes
    qualify row_number() over (
        partition by account_id, field_name
        order by changed_at asc, account_change_id asc
    ) = 1

),

fields as (

    select
        account_id,
        'type' as field_name,
        account_type as present_value,
        created_date
    from accounts
    union all
    select
        account_id,
        'owner' as field_name,
        owner_user_id as present_value,
        created_date
    from accounts

),

versions as (

    select
        fields.account_id,
        fields.field_name,
        coalesce(first_changes.old_value, fields.present_value) as field_value,
        fields.created_date as valid_from,
        1 as place
    from fields
    left join first_changes
        on
            fields.account_id = first_changes.account_id
            and fields.field_name = first_changes.field_name

    union all

    select
        account_id,
        field_name,
        new_value as field_value,
        changed_date as valid_from,
        2 as place
    from day_changes

),

-- A change on the day of the creation leaves nothing of the version before it.
numbered as (

    select
        account_id,
        field_name,
        field_value,
        valid_from,
        lead(valid_from) over (
            partition by account_id, field_name
            order by valid_from, place
        ) as valid_to
    from versions

)

select
    account_id,
    field_name,
    case when field_name = 'type' then lower(field_value) else field_value end as field_value,
    valid_from,
    valid_to
from numbered
where valid_to is null or valid_to > valid_from
