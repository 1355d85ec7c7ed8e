-- Times are microseconds since 1970 in UTC, 0 = unknown. Booleans are 0 and 1.
-- Tables with wide rows are rowid tables: they load 1.7 times as fast as WITHOUT ROWID ones, in half the space.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE source (
  src      INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  cursor   TEXT NOT NULL DEFAULT '{}',
  complete INTEGER NOT NULL DEFAULT 0, -- when a sweep of the whole source was last promoted
  records  INTEGER NOT NULL DEFAULT 0  -- live records, or texts of a translation
);

CREATE TABLE run (
  run         INTEGER PRIMARY KEY AUTOINCREMENT,
  src         INTEGER NOT NULL REFERENCES source,
  kind        TEXT NOT NULL,           -- harvest, reprocess
  state       TEXT NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  started     INTEGER NOT NULL,
  finished    INTEGER NOT NULL DEFAULT 0,
  seq         INTEGER NOT NULL DEFAULT 0,
  taken       INTEGER NOT NULL DEFAULT 0, -- uhri.Run.In
  added       INTEGER NOT NULL DEFAULT 0,
  changed     INTEGER NOT NULL DEFAULT 0,
  same        INTEGER NOT NULL DEFAULT 0,
  withdrawn   INTEGER NOT NULL DEFAULT 0,
  rejected    INTEGER NOT NULL DEFAULT 0,
  reprocessed INTEGER NOT NULL DEFAULT 0,
  bytes       INTEGER NOT NULL DEFAULT 0,
  total_bytes INTEGER NOT NULL DEFAULT 0,
  owner       TEXT NOT NULL,           -- lock of the process that runs it
  staging     INTEGER NOT NULL,        -- number of its staged rows; a run that continues another keeps its number
  pipeline    INTEGER NOT NULL,
  sweep       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX run_src ON run (src, run);
CREATE UNIQUE INDEX run_running ON run (src) WHERE state = 'running'; -- the running row is the lock

-- One row for each promoted state of the store.
CREATE TABLE promotion (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, run INTEGER, note TEXT NOT NULL DEFAULT '');

CREATE TABLE raw (raw INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE payload (payload INTEGER PRIMARY KEY, data BLOB NOT NULL);

CREATE TABLE document (
  doc      INTEGER PRIMARY KEY,
  hash     BLOB NOT NULL UNIQUE,      -- SHA-256 of the bytes as received
  media    TEXT NOT NULL,
  size     INTEGER NOT NULL,
  withheld INTEGER NOT NULL DEFAULT 0, -- taken down: the bytes are not kept
  data     BLOB
);
CREATE TABLE document_at (            -- where and as what it was found
  symbol  TEXT NOT NULL,
  lang    TEXT NOT NULL,
  url     TEXT NOT NULL,
  doc     INTEGER NOT NULL REFERENCES document,
  fetched INTEGER NOT NULL,
  UNIQUE (symbol, lang, url, doc)
);
CREATE INDEX document_at_doc ON document_at (doc);
CREATE TABLE document_miss (          -- not there when asked; ask again after until
  symbol TEXT NOT NULL,
  lang   TEXT NOT NULL,
  format TEXT NOT NULL,
  reason TEXT NOT NULL,
  until  INTEGER NOT NULL,
  PRIMARY KEY (symbol, lang, format)
) WITHOUT ROWID;

CREATE TABLE item (
  item     INTEGER PRIMARY KEY,
  src      INTEGER NOT NULL,
  key      TEXT NOT NULL,
  hash     BLOB NOT NULL,
  state    INTEGER NOT NULL,           -- itemKnown …
  records  INTEGER NOT NULL,
  pipeline INTEGER NOT NULL,
  raw      INTEGER,
  doc      INTEGER,
  waits    TEXT NOT NULL DEFAULT '',   -- the record ID or symbol it waits for
  scope    TEXT NOT NULL DEFAULT '',
  media    TEXT NOT NULL DEFAULT '',
  url      TEXT NOT NULL DEFAULT '',
  symbol   TEXT NOT NULL DEFAULT '',
  lang     TEXT NOT NULL DEFAULT '',
  fetched  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (src, key)
);
CREATE INDEX item_waits ON item (src, waits) WHERE waits <> '';
CREATE INDEX item_doc ON item (doc) WHERE doc IS NOT NULL;

-- A record keeps its row for ever; what changes is its state.
CREATE TABLE record (
  rec          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  src          INTEGER NOT NULL,
  item         INTEGER NOT NULL,
  state        INTEGER NOT NULL,       -- recordLive …
  seq          INTEGER NOT NULL,       -- of the promotion that last wrote it
  symbol       TEXT NOT NULL,
  match        INTEGER,                -- hash of symbol, State, paragraph and type where all are known
  has          INTEGER NOT NULL,       -- bits: which fields are filled
  text_h       INTEGER NOT NULL,       -- hashes of text, facts and publisher's labels
  facts_h      INTEGER NOT NULL,
  labels_h     INTEGER NOT NULL,
  first_seen   INTEGER NOT NULL,
  last_changed INTEGER NOT NULL,
  payload      INTEGER                 -- NULL when its text must not be kept
);
CREATE INDEX record_item ON record (item);
CREATE INDEX record_symbol ON record (symbol) WHERE symbol <> '';
CREATE INDEX record_match ON record (match) WHERE match IS NOT NULL;

CREATE TABLE tombstone (
  rec      INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  redirect INTEGER,                    -- rec of the record it was merged into
  reason   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX tombstone_redirect ON tombstone (redirect) WHERE redirect IS NOT NULL;

-- Texts in other languages: text = rec * 8 + place of the language in uhri.Langs, so they lie beside each other.
CREATE TABLE text (
  text    INTEGER PRIMARY KEY,
  item    INTEGER NOT NULL,
  text_h  INTEGER NOT NULL,
  payload INTEGER NOT NULL
);
CREATE INDEX text_item ON text (item);

CREATE TABLE change (
  n        INTEGER PRIMARY KEY,
  seq      INTEGER NOT NULL,
  rec      INTEGER,                    -- NULL for reprocessed
  kind     TEXT NOT NULL,
  lang     TEXT NOT NULL DEFAULT '',
  old_text BLOB,
  old_raw  INTEGER,
  count    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX change_seq ON change (seq);
CREATE INDEX change_rec ON change (rec) WHERE rec IS NOT NULL;

CREATE TABLE rejection (
  rejection INTEGER PRIMARY KEY,
  src       INTEGER NOT NULL,
  key       TEXT NOT NULL,
  reason    TEXT NOT NULL,
  first_run INTEGER NOT NULL,
  last_run  INTEGER NOT NULL,
  times     INTEGER NOT NULL DEFAULT 1, -- in the last run
  raw       BLOB,
  UNIQUE (src, key, reason)
);
CREATE INDEX rejection_run ON rejection (src, last_run);

CREATE TABLE suppression (
  what   TEXT PRIMARY KEY,             -- a record ID or a symbol
  symbol INTEGER NOT NULL,             -- 1 = what is a symbol
  reason TEXT NOT NULL,
  at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE label_machine (           -- one row a record: rules and models label whole records
  rec     INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  text_h  INTEGER NOT NULL,            -- of the text that was labelled
  tags    BLOB NOT NULL
);
CREATE TABLE label_human (
  rec     INTEGER NOT NULL,
  scheme  TEXT NOT NULL,
  concept TEXT NOT NULL,
  removed INTEGER NOT NULL,            -- 1 = a person says that this label is wrong
  by      TEXT NOT NULL,
  at      INTEGER NOT NULL,
  UNIQUE (rec, scheme, concept)
);

CREATE TABLE pin (
  id      TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  body    BLOB NOT NULL,               -- JSON: request, reading, snapshot, count
  members BLOB NOT NULL
);

-- What a run brought, before it is promoted. No row here is seen by readers.
CREATE TABLE staged_item (
  n       INTEGER PRIMARY KEY,
  staging INTEGER NOT NULL,
  item    INTEGER,                     -- the item it replaces
  key     TEXT NOT NULL,
  hash    BLOB NOT NULL,
  state   INTEGER NOT NULL,
  records INTEGER NOT NULL,
  raw     INTEGER,
  doc     INTEGER,
  waits   TEXT NOT NULL DEFAULT '',
  media   TEXT NOT NULL,
  url     TEXT NOT NULL,
  symbol  TEXT NOT NULL,
  lang    TEXT NOT NULL,
  fetched INTEGER NOT NULL
);
CREATE INDEX staged_item_staging ON staged_item (staging);
CREATE TABLE staged_record (
  n           INTEGER PRIMARY KEY,
  staging     INTEGER NOT NULL,
  parent      INTEGER NOT NULL,        -- n of staged_item
  id          TEXT NOT NULL,
  symbol      TEXT NOT NULL,
  match       INTEGER,
  has         INTEGER NOT NULL,
  text_h      INTEGER NOT NULL,
  facts_h     INTEGER NOT NULL,
  labels_h    INTEGER NOT NULL,
  payload     INTEGER,                 -- NULL: withheld, or a translation without text
  kind        TEXT NOT NULL DEFAULT '', -- decided by the promotion
  rec         INTEGER,
  old_payload INTEGER
);
CREATE INDEX staged_record_staging ON staged_record (staging);
CREATE INDEX staged_record_parent ON staged_record (parent);
CREATE TABLE staged_reject (
  n       INTEGER PRIMARY KEY,
  staging INTEGER NOT NULL,
  key     TEXT NOT NULL,
  reason  TEXT NOT NULL,
  lost    INTEGER NOT NULL,            -- 1 = the item was good in the last promoted run
  raw     BLOB
);
CREATE INDEX staged_reject_staging ON staged_reject (staging);
CREATE TABLE staged_missing (staging INTEGER NOT NULL, item INTEGER NOT NULL);
CREATE INDEX staged_missing_staging ON staged_missing (staging);
