"""Who may do what, for how long and by which document: delegations and shares, the matrix of rights, and why."""
