import type { Migration } from "../../src/mod.ts";

/** A row per request, and one per hour and status of what is older than `analytics_detail`. Times: ms since the epoch. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "requests",
    sql: `
      CREATE TABLE cco_requests (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        status INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        ms REAL NOT NULL,
        hit INTEGER NOT NULL CHECK (hit IN (0, 1))
      ) STRICT;
      CREATE INDEX cco_requests_at ON cco_requests (at);`,
  },
  {
    version: 2,
    name: "hours",
    sql: `
      CREATE TABLE cco_hours (
        hour INTEGER NOT NULL,
        status INTEGER NOT NULL,
        requests INTEGER NOT NULL,
        hits INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        ms REAL NOT NULL,
        PRIMARY KEY (hour, status)
      ) STRICT, WITHOUT ROWID;`,
  },
];
