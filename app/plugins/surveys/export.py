"""The collected survey as a workbook in annex 5's own columns.

Taken by the aggregate helper.
"""
