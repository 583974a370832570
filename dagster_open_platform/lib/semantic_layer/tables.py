"""From a saved query to its table in the warehouse.

What belongs here: running the query and writing what it gives. What does not: which saved queries there are (``declarations.py``).
"""

import dagster as dg

from dagster_open_platform.lib.semantic_layer.declarations import Model, SavedQuery
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

DATABASE, SCHEMA = "dwh_reporting", "metrics"
"""Where the tables are, by logical names."""


def refresh(query: SavedQuery, manifest: str, warehouse: WarehouseResource) -> dg.MaterializeResult:
    """Run a saved query and replace its table with what it gives, in one transaction.

    Args:
        query: Which.
        manifest: The semantic manifest's JSON.
        warehouse: Where the models are and the table goes.

    Returns:
        With the number of rows, the columns and the SQL.

    Raises:
        PermanentFailure, RetryableFailure: As ``compile_saved_query``, or one of the warehouse's. The table is as it was.
    """
    from dagster_open_platform.lib.semantic_layer.compilation import compile_saved_query

    table = warehouse.table(DATABASE, SCHEMA, query.name)
    with warehouse.connect() as connection:

        def relation(model: Model) -> str:
            return connection.quoted(warehouse.table(model.database, model.schema, model.name))

        sql = compile_saved_query(manifest, query.name, connection.engine, relation)
        with connection.read(sql) as rows:
            columns = [
                dg.TableColumn(field.name, str(field.type), description=query.columns.get(field.name))
                for field in rows.schema
            ]
            written = connection.replace_table(table, rows)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": written.rows_inserted,
            "dagster/column_schema": dg.TableSchema(columns),
            "rows_before": written.rows_deleted,
            "sql": dg.MetadataValue.md(f"```sql\n{sql}\n```"),
        }
    )
