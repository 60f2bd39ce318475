"""The page of the collected survey and its workbook.

Taken by the aggregate helper.
"""
