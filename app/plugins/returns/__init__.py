"""机构、人员信息和工作方案: what an office reports to the one above about who does the work, and how (S17, C-4, C-5, P-5.1)."""
