"""Open, self-hosted video meetings for the public sector."""

__version__ = "0.1.0"
