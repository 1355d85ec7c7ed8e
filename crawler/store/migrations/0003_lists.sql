-- Lists of documents a run could not read; see uhri.DocumentCounts.
ALTER TABLE run ADD COLUMN doc_unread INTEGER NOT NULL DEFAULT 0;
