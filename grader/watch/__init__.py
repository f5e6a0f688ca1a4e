"""`grader watch`: grades again at every change, while the student works."""
