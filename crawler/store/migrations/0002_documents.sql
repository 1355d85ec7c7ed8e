-- What a run of a source of documents did with them; see uhri.DocumentCounts.
ALTER TABLE run ADD COLUMN doc_fetched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN doc_same    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN doc_failed  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN doc_waiting INTEGER NOT NULL DEFAULT 0;
