"""The CRM's teams beside ours: what differs, and who is on a deal there without being cleared."""
