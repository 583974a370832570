-- Each dispute: the charge that went, and what the balance lost. A dispute that was won took nothing in the end.
WITH moved AS (
    SELECT
        source_id,
        MIN(currency) AS currency,
        MIN(created) AS created,
        -SUM(amount) AS amount,
        MAX(CASE WHEN reporting_category = 'dispute_reversal' THEN 1 ELSE 0 END) AS was_won
    FROM {balance_transactions}
    WHERE reporting_category IN ('dispute', 'dispute_reversal')
    GROUP BY source_id
),

disputed AS (
    SELECT *
    FROM {charges}
    WHERE dispute_id IS NOT NULL
)

SELECT
    COALESCE(disputed.dispute_id, moved.source_id) AS id,
    COALESCE(disputed.currency, moved.currency) AS currency,
    CAST(DATE_TRUNC('month', COALESCE(moved.created, disputed.created)) AS DATE) AS month,
    COALESCE(disputed.amount, 0) AS left_cents,
    COALESCE(moved.amount, 0) AS right_cents,
    CASE WHEN moved.was_won = 1 AND moved.amount = 0 THEN 'won' END AS reason
FROM disputed
FULL OUTER JOIN moved
    ON moved.source_id = disputed.dispute_id
