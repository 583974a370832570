{#
    None of the columns is ever null: not_null of several at once, in one query. A failing row begins with the names of
    those that it lacks.
#}
{% test not_null_columns(model, columns) %}

select
    {#- A text that a null is added to is null on both engines, so what is added never is. #}
    trim(
        {%- for column in columns %}
        case when {{ column }} is null then '{{ column }} ' else '' end {%- if not loop.last %} || {%- endif %}
        {%- endfor %}
    ) as null_columns,
    *
from {{ model }}
where
    {%- for column in columns %}
    {% if not loop.first %}or {% endif %}{{ column }} is null
    {%- endfor %}

{% endtest %}
