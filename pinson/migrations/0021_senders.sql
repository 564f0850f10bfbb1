-- What is hidden, shown again, accepted or dismissed in steps leaves the index that the steps go by: the last step costs
-- no more than the first. Before, each step passed over all that was done already.
-- Indexes only: the running version finds its way without. Cost: one scan of notifications.

-- domain/notifications
DROP INDEX notifications_from;
CREATE INDEX notifications_sender ON notifications (from_id, account_id, id) WHERE state < 3;
CREATE INDEX notifications_aside ON notifications (from_id, state, account_id, id) WHERE state >= 2;
