"""What the system is about: one package a noun. Each stands on a floor (pyproject.toml) and imports only lower ones."""
