"""Bytes in, bytes out: one package a protocol. They share `request.py`, and never import one another."""
