"""How evidence is shown."""
