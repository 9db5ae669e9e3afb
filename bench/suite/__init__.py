"""Measures Larder beside others: contenders, what is measured of them, and a table."""
