-- Each invoice: what is due, and what was charged for it. Nothing was charged for one that is not paid, or was paid elsewhere.
WITH charged AS (
    SELECT
        invoice_id,
        MIN(currency) AS currency,
        MIN(created) AS created,
        SUM(amount) AS amount
    FROM {charges}
    WHERE status = 'succeeded' AND invoice_id IS NOT NULL
    GROUP BY invoice_id
)

SELECT
    COALESCE(invoices.id, charged.invoice_id) AS id,
    COALESCE(invoices.currency, charged.currency) AS currency,
    CAST(DATE_TRUNC('month', COALESCE(invoices.date, charged.created)) AS DATE) AS month,
    COALESCE(invoices.amount_due, 0) AS left_cents,
    COALESCE(charged.amount, 0) AS right_cents,
    CASE
        WHEN charged.amount IS NOT NULL THEN NULL
        WHEN invoices.status <> 'paid' AND invoices.amount_paid = 0 THEN invoices.status
        WHEN invoices.status = 'paid' AND invoices.paid_out_of_band THEN 'paid past Stripe'
    END AS reason
FROM {invoices} AS invoices
FULL OUTER JOIN charged
    ON charged.invoice_id = invoices.id
UNION ALL
SELECT
    id,
    currency,
    CAST(DATE_TRUNC('month', created) AS DATE) AS month,
    0 AS left_cents,
    amount AS right_cents,
    'charged without an invoice' AS reason
FROM {charges}
WHERE status = 'succeeded' AND invoice_id IS NULL
