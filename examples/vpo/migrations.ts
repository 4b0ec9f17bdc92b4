import type { Migration } from "../../src/mod.ts";

/** The tables of vpo. A step that was once released is never changed: what differs comes as another step. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "files",
    sql: `
      CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        inode TEXT NOT NULL,
        mtime TEXT NOT NULL,
        size INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 1,
        run_id INTEGER,
        container TEXT,
        sha256 TEXT,
        place TEXT CHECK (place IN ('outbox', 'quarantine')),
        target TEXT,
        reason TEXT,
        child TEXT,
        found_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        UNIQUE (path, inode, mtime, size)
      ) STRICT;
      CREATE INDEX files_by_state ON files (state, id);`,
  },
  {
    version: 2,
    name: "steps",
    sql: `
      CREATE TABLE steps (
        id INTEGER PRIMARY KEY,
        file_id INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
        run_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        outcome TEXT NOT NULL,
        duration_ms INTEGER NOT NULL,
        detail TEXT,
        ended_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX steps_by_file ON steps (file_id, id);`,
  },
];
