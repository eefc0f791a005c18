// Replaced.

