"""People and their posts: invitations, appointments, leaving; each office for itself and below."""
