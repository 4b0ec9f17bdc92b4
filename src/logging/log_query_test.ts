import assert from "node:assert/strict";
import { lineFilter } from "./log_query.ts";

const LINES = [
  "2025-11-01T10:30:00.000Z INFO  pear.services.web: listening",
  "2025-11-01T10:30:01.000Z WARN  pear.programs: service ended after 2s: no port program=web exit=1",
  "2025-11-01T10:30:02.000Z INFO  pear.programs: service started program=web.2",
  "2025-11-01T10:30:03.000Z INFO  pear.programs: program started program=database",
  '{"timestamp":"2025-11-01T10:30:04.000Z","level":"info","logger":"pear.programs","message":"ready","program":"web"}',
  "2025-11-01T10:30:05.000Z INFO  pear.jobs: run 1 started job=web run_id=1",
  "2025-11-01T10:30:06.000Z INFO  pear.jobs.sync.deep: pulled",
  "2025-11-01T10:30:07.000Z INFO  pear.http: request program=web",
];

/** Numbers of the lines that match. */
function matching(logger: string): number[] {
  const filter = lineFilter({ logger });
  return LINES.flatMap((line, index) => filter?.(new TextEncoder().encode(line)) ? [index] : []);
}

Deno.test("a logger has its records and those of the loggers below it", () => {
  assert.deepEqual(matching("pear.http"), [7]);
  assert.deepEqual(matching("pear"), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(matching("pear.jobs.sync"), [6]);
});

Deno.test("of a service and a job also what is told of them", () => {
  assert.deepEqual(matching("pear.services.web"), [0, 1, 4]);
  assert.deepEqual(matching("pear.jobs.web"), [5]);
  assert.deepEqual(matching("pear.services.database"), [3]);
});
