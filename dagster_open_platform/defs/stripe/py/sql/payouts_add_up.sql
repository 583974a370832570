-- Each payout: what left the balance, and the net of what it was made of.
WITH payouts AS (
    SELECT
        source_id,
        currency,
        created,
        amount
    FROM {balance_transactions}
    WHERE type = 'payout'
),

parts AS (
    SELECT
        automatic_transfer_id,
        MIN(currency) AS currency,
        MAX(created) AS created,
        SUM(net) AS net
    FROM {balance_transactions}
    WHERE type <> 'payout' AND automatic_transfer_id IS NOT NULL
    GROUP BY automatic_transfer_id
)

SELECT
    COALESCE(payouts.source_id, parts.automatic_transfer_id) AS id,
    COALESCE(payouts.currency, parts.currency) AS currency,
    CAST(DATE_TRUNC('month', COALESCE(payouts.created, parts.created)) AS DATE) AS month,
    -COALESCE(payouts.amount, 0) AS left_cents,
    COALESCE(parts.net, 0) AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM payouts
FULL OUTER JOIN parts
    ON parts.automatic_transfer_id = payouts.source_id
