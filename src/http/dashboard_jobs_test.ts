import assert from "node:assert/strict";
import { jobState, type JobStatus } from "../base/job_reports.ts";
import { JOBS_SCRIPT } from "./dashboard_jobs.ts";
import { pageHtml } from "./dashboard_page.ts";
import { fakeJob } from "./fake_jobs.ts";

/** The functions of the page that only compute. */
function ofPage(): { stateOf(job: JobStatus): string; remarkOf(job: JobStatus): string } {
  return new Function("ago", `${JOBS_SCRIPT}\nreturn { stateOf, remarkOf };`)((seconds: number) => `${seconds}s`);
}

Deno.test("the page calls the state of a job what the command line calls it", () => {
  const { stateOf } = ofPage();
  const values: Readonly<Record<string, readonly unknown[]>> = {
    running: [true, false],
    retrying: [undefined, true],
    queued: [0, 2],
    enabled: [true, false],
    paused: [true, false],
    problem: [null, "no such directory"],
    next_at: [null, "2025-11-01T13:30:00.000Z"],
  };
  let all: JobStatus[] = [fakeJob("a")];
  for (const [key, some] of Object.entries(values)) {
    all = all.flatMap((job) => some.map((one) => ({ ...job, [key]: one })));
  }
  assert.equal(all.length, 128);
  for (const job of all) assert.equal(stateOf(job), jobState(job));
});

Deno.test("the page tells why a job did not run, unless it has run since", () => {
  const { remarkOf } = ofPage();
  const skip = (slot: string) => fakeJob("a", { last_skip: { slot, reason: "outside work hours" } });
  assert.equal(remarkOf(skip("2025-11-01T11:30:00.000Z")), "skipped: outside work hours");
  assert.equal(remarkOf(skip("2025-11-01T09:30:00.000Z")), "");
  const retrying = fakeJob("a", { retrying: true, next_retry_at: "2025-11-01T09:30:00.000Z" });
  assert.equal(remarkOf(retrying), "next attempt in 0s");
  assert.equal(remarkOf(fakeJob("a", { problem: "no shell", queued: 2 })), "no shell, 2 queued");
});

Deno.test("every place that the script fills is on the page, hidden until there are jobs", () => {
  const page = pageHtml("appd");
  for (const [, id] of JOBS_SCRIPT.matchAll(/\$\("([\w-]+)"\)|show\("([\w-]+)"|fill\("([\w-]+)"/g)) {
    if (id !== undefined) assert.match(page, new RegExp(`id="${id}"`), id);
  }
  assert.match(page, /<section id="jobs-part" hidden>/);
  assert.match(page, /<section id="runs-part" hidden>/);
});
