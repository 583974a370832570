{#
    One query over the same table of every product database that holds it, with a column shard that says which.

    The product's rows are spread over databases (shards), each replicated into a schema of its own, which is a dbt source
    of its own. Staging reads them as one: which shards there are is written here and nowhere else, so that a new shard is
    one line here (and its source in models/staging/cloud_product/).

    union_shards(group, table, columns)   a query: the columns of the table from every shard that holds the group, and shard

    group: what the shard must hold: directory (organizations and who belongs to them), access (who may do what; only in
    the first database), deployments, setup (what is set up in deployments: code locations, jobs, alerts), runs (runs and
    their events). table: name of the table in the sources.
    A region reads its own shards; var region says which it is.
    columns: the columns to read, in the sources' names. They are listed because shards change one after another: a column
    that one shard has already and another has not yet must not shift the rows of the union.
#}
{% macro cloud_product_shards() -%}
    {{ return([
        {'shard': 'main', 'source': 'cloud_product', 'regions': ['us', 'eu'],
         'holds': ['directory', 'access', 'deployments', 'setup', 'runs']},
        {'shard': 'shard1', 'source': 'cloud_product_shard1', 'regions': ['us'],
         'holds': ['deployments', 'setup', 'runs']},
        {'shard': 'xregion', 'source': 'cloud_product_xregion', 'regions': ['us'],
         'holds': ['directory', 'deployments']},
    ]) }}
{%- endmacro %}

{% macro union_shards(group, table, columns) -%}
    {%- set holders = [] -%}
    {#- While the project is parsed, the shards of all regions: one parse serves them all. -#}
    {%- for each in cloud_product_shards()
        if group in each.holds and (not execute or var('region') in each.regions) -%}
        {%- do holders.append(each) -%}
    {%- endfor -%}
    {%- if not holders -%}
        {{ exceptions.raise_compiler_error(
            "union_shards: no shard of the region " ~ var('region') ~ " holds the group '" ~ group ~ "' of the table '" ~ table
            ~ "'. The shards are listed in macros/sources/union_shards.sql."
        ) }}
    {%- endif -%}
    {%- for holder in holders %}
    {% if not loop.first %}
    union all
    {% endif -%}
    select
        '{{ holder.shard }}' as shard,
        {{ columns | join(',\n        ') }}
    from {{ source(holder.source, table) }}
    {%- endfor -%}
{%- endmacro %}
