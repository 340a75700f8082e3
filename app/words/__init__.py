"""What the business's refusals say, one module for each area; see app/refusals.py."""
