"""The class page and the student's page: one HTML file each, that needs no network and no script to be read."""

from __future__ import annotations

from grader.reports.html.class_page import class_page
from grader.reports.html.student_page import student_page

__all__ = ["class_page", "student_page"]
