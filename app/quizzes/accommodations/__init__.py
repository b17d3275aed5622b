"""More time, or more attempts, for one person at one quiz: given by a trainer, for a reason that only trainers see."""
