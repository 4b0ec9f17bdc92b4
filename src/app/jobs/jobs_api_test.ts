import assert from "node:assert/strict";
import { Bench, jobSpec } from "../../jobs/testing.ts";
import { jobsApi } from "./jobs_api.ts";

Deno.test("who asks for the history of a job before the jobs are taken up is not told that there is none", async () => {
  const bench = new Bench();
  const api = jobsApi(bench.scheduler, bench.ledger);
  assert.deepEqual(await api.history({ job: "tick", limit: 5 }), { runs: [], next_before: null });
  await bench.begin([jobSpec()]);
  assert.deepEqual(await api.history({ job: "tick", limit: 5 }), { runs: [], next_before: null });
  await assert.rejects(api.history({ job: "tock", limit: 5 }), /cannot read the history of "tock"/);
});
