"""What the files of ``tenants/`` declare: read strictly, checked as a whole, frozen."""
