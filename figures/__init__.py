"""Pictures of results: one figure a file; they read result files and never compute."""
