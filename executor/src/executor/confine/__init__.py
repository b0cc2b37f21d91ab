"""What Linux offers to confine a process with; nothing here knows what a session is."""
