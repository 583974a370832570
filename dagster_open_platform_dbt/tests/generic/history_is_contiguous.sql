{#
    A history has neither gaps nor overlaps: every version of a thing ends exactly when its next one begins, only the last
    is open, and none ends before it begins.

    key: the column that identifies the thing. valid_from, valid_to: the version's half-open validity; null is open.
#}
{% test history_is_contiguous(model, key, valid_from='dbt_valid_from', valid_to='dbt_valid_to') %}

with versions as (

    select
        {{ key }} as thing,
        {{ valid_from }} as valid_from,
        {{ valid_to }} as valid_to,
        lead({{ valid_from }}) over (partition by {{ key }} order by {{ valid_from }}) as next_valid_from
    from {{ model }}

)

select *
from versions
where
    valid_from is null
    or valid_to is distinct from next_valid_from
    or valid_to <= valid_from

{% endtest %}
