"""公开首页：what the platform is, looking up a badge, the published list of passed sites."""
