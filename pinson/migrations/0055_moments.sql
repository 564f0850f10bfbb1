-- domain/alerts: alerts of moments (a line of a programme, the beginning of an event) are asked for by their moment.
-- Cost: one pass over alerts, to find none.
CREATE INDEX alerts_moments ON alerts (topic_id) WHERE kind = 'moment' AND confirmed_at IS NOT NULL;
