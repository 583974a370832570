-- Each currency: what charges say was refunded, and what refunds took out of the balance, less those that came back. A charge does not say
-- when, and a refund not of which charge: Stripe keeps that in a table that the company does not take.
WITH refunded AS (
    SELECT
        currency,
        SUM(amount_refunded) AS amount
    FROM {charges}
    GROUP BY currency
),

moved AS (
    SELECT
        currency,
        -SUM(amount) AS amount
    FROM {balance_transactions}
    WHERE reporting_category IN ('refund', 'refund_failure', 'partial_capture_reversal')
    GROUP BY currency
)

SELECT
    'all refunds in ' || COALESCE(refunded.currency, moved.currency) AS id,
    COALESCE(refunded.currency, moved.currency) AS currency,
    CAST(NULL AS DATE) AS month,
    COALESCE(refunded.amount, 0) AS left_cents,
    COALESCE(moved.amount, 0) AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM refunded
FULL OUTER JOIN moved
    ON moved.currency = refunded.currency
