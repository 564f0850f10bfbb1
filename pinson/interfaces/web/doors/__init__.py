"""How anybody follows without an account or an app: one page with every door, and one where all of it is arranged.

`/s/name` (of an account; `/s/tag/name` and `/s/e/slug` of hashtags and live events) leads through each door in three
taps, and stands on posters. `/alertes` shows all that somebody gets. Neither needs a script, but for notifications of a
browser, which are made by one.

Not here: who is reached by what (the domain's `alerts`), what is sent (the channels).
"""

from pinson.interfaces.web.doors import arranging, consents, missed, printing, proving, renewing, sheet

MODULES = (sheet, proving, arranging, missed, printing, consents, renewing)
