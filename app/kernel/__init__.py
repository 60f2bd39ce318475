"""Pure rules: office paths, working days, names, numbers and refusals. No web, no database, no clock."""
