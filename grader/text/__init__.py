"""Outside text made fit to be shown: control characters, quoting, folding."""
