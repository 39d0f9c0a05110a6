"""The schedule: from equations to loops, which every target prints."""
