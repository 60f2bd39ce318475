"""Survey sheets over the API.

Taken by the aggregate helper.
"""
