"""What people decide about findings, and what follows from a confirmed one."""
