"""网站标识：number, state, hanging, revocation, and the pages on which anyone can check one."""
