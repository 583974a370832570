"""The account whose buckets these are.

What belongs here: its names, which the stack needs without starting the service. What does not: who may do what
(`principals.py`).
"""

ACCOUNT = "000000000000"
REGION = "us-west-2"
WORKSPACE_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/workspace-replication"
