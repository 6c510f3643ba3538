"""A scenario played live to a team, and the times of its answers."""
