"""The workbook of the collected survey.

Taken by the aggregate helper.
"""
