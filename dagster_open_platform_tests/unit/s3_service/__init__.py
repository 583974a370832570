"""Tests of the S3 service without its process."""
