"""Pinson: one short message, at once, to everyone who asked for it. The machine is built in `app.py`; read it first."""

__version__ = "0.1.0"
