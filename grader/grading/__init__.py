"""From a request to a result: one machine or repository, or many of them."""
