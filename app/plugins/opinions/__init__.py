"""What the consulted desks say of a case: asked, answered, due; never a veto (S4, C-1)."""
