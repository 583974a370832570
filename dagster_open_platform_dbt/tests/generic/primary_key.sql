{#
    The columns together are the model's key: no row lacks one of them, and no two rows share all of them. A failing row
    shows the key, null where it is, and how many rows have it.

    column_name: the column that the test stands under, if that is the key. columns: otherwise, those that are it together.
#}
{% test primary_key(model, column_name=none, columns=none) %}

{%- set key = columns or [column_name] %}

select
    {{ key | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by
    {{ key | join(',\n    ') }}
having
    count(*) > 1
    {%- for column in key %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
