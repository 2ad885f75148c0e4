-- Of which bodies a person sees the visits: ids as JSON; none is all.
ALTER TABLE person ADD COLUMN bodies TEXT NOT NULL DEFAULT '[]';
