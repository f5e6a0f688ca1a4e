"""A result in the formats of CI services: GitHub, Forgejo and Gitea Actions, GitLab, Classroom 50, Gradescope."""
