"""Work that is handed in as a file: made on the student's machine, read and judged again by the school."""
