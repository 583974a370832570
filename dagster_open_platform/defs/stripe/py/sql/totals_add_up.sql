-- Each invoice: what its items, its coupon and its tax come to, and its total; then what its total and the customer's credit come to, and
-- what is due. A percentage is rounded to the cent, halves up; an amount takes off no more than there is.
WITH discountable AS (
    SELECT
        invoice_id,
        SUM(CASE WHEN discountable THEN amount ELSE 0 END) AS amount
    FROM {invoice_line_items}
    GROUP BY invoice_id
),

priced AS (
    SELECT
        invoices.*,
        COALESCE(LEAST(
            discountable.amount,
            FLOOR(discountable.amount * COALESCE(coupons.percent_off, 0) / 100 + 0.5) + COALESCE(coupons.amount_off, 0)
        ), 0) AS discount,
        invoices.discount_coupon_id IS NOT NULL AND coupons.id IS NULL AS lost_its_coupon
    FROM {invoices} AS invoices
    LEFT JOIN discountable
        ON discountable.invoice_id = invoices.id
    LEFT JOIN {coupons} AS coupons
        ON coupons.id = invoices.discount_coupon_id
)

SELECT
    id,
    currency,
    CAST(DATE_TRUNC('month', date) AS DATE) AS month,
    subtotal - CASE WHEN discount_coupon_id IS NULL THEN 0 ELSE discount END + COALESCE(tax, 0) AS left_cents,
    total AS right_cents,
    CASE WHEN lost_its_coupon AND total < subtotal + COALESCE(tax, 0) THEN 'its coupon was deleted' END AS reason
FROM priced
UNION ALL
SELECT
    id,
    currency,
    CAST(DATE_TRUNC('month', date) AS DATE) AS month,
    GREATEST(total + COALESCE(starting_balance, 0), 0) AS left_cents,
    amount_due AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM priced
UNION ALL
SELECT
    id,
    currency,
    CAST(DATE_TRUNC('month', date) AS DATE) AS month,
    amount_due AS left_cents,
    amount_paid + amount_remaining AS right_cents,
    CAST(NULL AS VARCHAR) AS reason
FROM priced
