"""What a browser says it is, in two words. Pure, and no more than a hint for whoever looks for a stranger in a list.

Source: RFC 9110, section 10.1.5; every browser but Firefox pretends to be its forerunners too, hence the order.
"""

BROWSERS = (
    *(("Edg", "Edge"), ("OPR", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet")),
    *(("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def named(user_agent: str) -> tuple[str, str]:
    """The browser and the system; "" for each that is not known."""
    browser = next((name for sign, name in BROWSERS if f"{sign}/" in user_agent or f"{sign}A/" in user_agent), "")
    return browser, next((name for sign, name in SYSTEMS if sign in user_agent), "")
