"""`expect(…)`: judges facts, and raises a failure with a diagnosis code. One folder per noun of the lab."""
