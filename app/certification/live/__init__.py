"""Live sessions, on site or online: seats and a waiting list, invitations, and who was present for long enough."""
