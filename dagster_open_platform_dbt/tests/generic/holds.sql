{#
    A condition is true for every row. A row for which it is null fails as well.

    column_name: the column that the test stands under, if it stands under one; the condition says what is tested.
#}
{% test holds(model, condition, column_name=none) %}

select *
from {{ model }}
where not coalesce(({{ condition }}), false)

{% endtest %}
