-- Each invoice, and what its items come to.
SELECT
    COALESCE(invoices.id, items.invoice_id) AS id,
    COALESCE(invoices.currency, items.currency) AS currency,
    CAST(DATE_TRUNC('month', invoices.date) AS DATE) AS month,
    COALESCE(invoices.subtotal, 0) AS left_cents,
    COALESCE(items.amount, 0) AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM {invoices} AS invoices
FULL OUTER JOIN (
    SELECT
        invoice_id,
        MIN(currency) AS currency,
        SUM(amount) AS amount
    FROM {invoice_line_items}
    GROUP BY invoice_id
) AS items
    ON items.invoice_id = invoices.id
