-- domain/sources. What a hub gave as its reason when it refused to tell us, for whoever follows the site.
-- Expand only: the running version leaves it as it is. Cost: no rewrite, since the default is constant.
ALTER TABLE source_hubs ADD COLUMN reason TEXT NOT NULL DEFAULT '';
