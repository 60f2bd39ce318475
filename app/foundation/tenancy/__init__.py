"""Offices, units, sites, people and their posts."""
