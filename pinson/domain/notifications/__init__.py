"""Notifications: what an account is told that others did."""

from pinson.domain.notifications.facts import NotificationsMerged, Notified

__all__ = ["NotificationsMerged", "Notified"]
