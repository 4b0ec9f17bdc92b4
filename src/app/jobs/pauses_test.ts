import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { MemoryLedger } from "../../jobs/memory_ledger.ts";
import { newRun } from "../../jobs/run.ts";
import { systemFiles } from "../../system/files.ts";
import { readPauses, rememberingPauses, writePauses } from "./pauses.ts";

const PAUSES = { scheduler: { until: null }, jobs: { backup: { until: 5 } } };

Deno.test("pauses are read as they were written; a file that is none says nothing", () => {
  const directory = fs.mkdtempSync("/tmp/appd-pauses-");
  assert.deepEqual(readPauses(systemFiles, directory), { scheduler: null, jobs: {} });
  writePauses(systemFiles, directory, PAUSES);
  assert.deepEqual(readPauses(systemFiles, directory), PAUSES);
  fs.writeFileSync(join(directory, ".pauses.json"), "{");
  assert.deepEqual(readPauses(systemFiles, directory), { scheduler: null, jobs: {} });
  fs.rmSync(directory, { recursive: true });
});

Deno.test("a new database does not lift a pause, one with a history knows better", async () => {
  const ledger = new MemoryLedger();
  const remembering = rememberingPauses(ledger, () => PAUSES);
  const loaded = await remembering.load();
  assert.deepEqual([loaded.pause, loaded.jobs.get("backup")?.pause], [{ until: null }, { until: 5 }]);
  assert.deepEqual([...(await ledger.load()).jobs.keys()], ["backup"], "the next daemon finds a history");
  const other = new MemoryLedger();
  const cause = { kind: "manual", detail: null, variables: {} } as const;
  await other.record({ insert: [newRun({ key: "k", at: 1, cause }, { id: 1, job: "backup", createdAt: 1 })] });
  const known = await rememberingPauses(other, () => PAUSES).load();
  assert.deepEqual([known.pause, known.jobs.size], [null, 0]);
});
