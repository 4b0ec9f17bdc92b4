import assert from "node:assert/strict";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { Health } from "../health/health.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import { addChecks } from "./checks.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Logging } from "../logging/logging.ts";

/** What the check `programs` throws of these; undefined when it is well. */
function wrongWith(...programs: readonly Partial<ProgramStatus>[]): string | undefined {
  let check: (() => unknown) | undefined;
  const health = { add: (name: string, one: { check: () => unknown }) => name === "programs" && (check = one.check) };
  const supervisor = { list: () => programs };
  addChecks(health as unknown as Health, {
    logging: {} as Logging,
    supervisor: supervisor as unknown as Supervisor,
    jobs: {} as Jobs,
  });
  try {
    check?.();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

Deno.test("the check of programs names the critical ones that are not ready, as long as they are configured", () => {
  const web = { name: "web", critical: true, ready: false, state: "backoff", crash_loop: false } as const;
  const lingering = { since: "2025-11-01T10:30:00.000Z", then: "stop" } as const;
  assert.equal(wrongWith({ ...web, ready: true }, { ...web, critical: false }), undefined);
  assert.equal(
    wrongWith(web, { ...web, name: "db", crash_loop: true }, { ...web, name: "proxy", state: "stopping", lingering }),
    "web is backoff; db is in a crash loop; proxy ignores its signal",
  );
  assert.equal(wrongWith({ ...web, state: "stopping", lingering, removed: true }), undefined);
});
