"""Advice to somebody who writes a message: does a reader learn something from it, and know what to do?

Called by the page where one writes, as one types and once more when one publishes. Rules that a
person can read, in French and in English, and no more: nothing is sent anywhere, nothing is
learned, nobody is stopped. Pure.

Not here: what a message costs (lib/sms), spelling, how advice is worded and shown (interfaces).
"""

from pinson.domain.advice.rules import Advice, Lamp, look

__all__ = ["Advice", "Lamp", "look"]
