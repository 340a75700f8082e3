"""Choosing dishes for the days of some weeks: numbers in, numbers out. Knows no kitchen
and no food; OR-Tools CP-SAT does the search, in a process of its own.

    python -m planning --seconds 30 < problem.json > plan.json
"""
