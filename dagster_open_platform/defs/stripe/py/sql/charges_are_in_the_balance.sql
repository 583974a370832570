-- Each charge, and what it brought into the balance. One that failed brought nothing.
WITH moved AS (
    SELECT
        source_id,
        MIN(currency) AS currency,
        MIN(created) AS created,
        MAX(exchange_rate) AS exchange_rate,
        SUM(amount) AS amount
    FROM {balance_transactions}
    WHERE reporting_category = 'charge'
    GROUP BY source_id
)

SELECT
    COALESCE(charges.id, moved.source_id) AS id,
    COALESCE(charges.currency, moved.currency) AS currency,
    CAST(DATE_TRUNC('month', COALESCE(charges.created, moved.created)) AS DATE) AS month,
    CASE WHEN charges.status = 'succeeded' THEN charges.amount ELSE 0 END AS left_cents,
    COALESCE(moved.amount, 0) AS right_cents,
    CASE
        WHEN
            charges.currency <> moved.currency
            AND ABS(charges.amount * moved.exchange_rate - moved.amount) <= 1
            THEN 'converted'
    END AS reason
FROM {charges} AS charges
FULL OUTER JOIN moved
    ON moved.source_id = charges.id
