"""Progress by group, the table and the page of the collected survey.

Taken by the aggregate helper.
"""
