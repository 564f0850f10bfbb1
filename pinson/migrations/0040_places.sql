-- A post says where it is from: the name that its author typed, and no coordinates.
-- Expand only: the running version ignores it. Cost: no rewrite of posts, since the defaults are constant.

-- domain/posts. place: "" if it does not say
ALTER TABLE posts ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE versions ADD COLUMN place TEXT NOT NULL DEFAULT '';
