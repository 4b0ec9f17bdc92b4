/**
 * The compiled binary under a real systemd: one private machine for all tests. Where this host cannot have one, every test
 * is skipped and its name says why.
 */
import assert from "node:assert/strict";
import { messageOf } from "../../src/base/errors.ts";
import { SystemdLab, whyNoLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";
import { CCO_CASES } from "./cco_cases.ts";
import { FAILING } from "./failing_cases.ts";
import { HARDENED } from "./hardened_cases.ts";
import { INSTALL } from "./install_cases.ts";
import { JOURNAL } from "./journal_cases.ts";
import { LIFE } from "./life_cases.ts";
import { MACHINE } from "./machine_cases.ts";
import { MCPEG_CASES } from "./mcpeg_cases.ts";
import { MODES } from "./mode_cases.ts";
import { RESTARTS } from "./restart_cases.ts";
import { SIMPLE } from "./simple_cases.ts";
import { VPO } from "./vpo_cases.ts";
import { whatTheHostHas } from "./host_state.ts";

let lab: SystemdLab | undefined;
let missing = whyNoLab();
const before = missing === undefined ? whatTheHostHas() : undefined;
if (missing === undefined) {
  try {
    lab = await SystemdLab.boot();
  } catch (error) {
    missing = messageOf(error);
  }
}

const TESTS: readonly LabTest[] = [
  ...SIMPLE,
  ...LIFE,
  ...FAILING,
  ...JOURNAL,
  ...HARDENED,
  ...INSTALL,
  ...CCO_CASES,
  ...MACHINE,
  ...VPO,
  ...MCPEG_CASES,
  ...MODES,
  ...RESTARTS,
];

for (const { name, run, ...own } of TESTS) {
  const why = missing ?? own.missing;
  Deno.test({
    name: why === undefined ? name : `${name} (skipped: ${why})`,
    ignore: why !== undefined,
    fn: () => run(lab as SystemdLab),
  });
}

Deno.test.afterAll(() => lab?.[Symbol.asyncDispose]()); // Also when a filter left out the last test.

Deno.test({
  name: `the host is as it was, and nothing of the lab is left${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  ignore: missing !== undefined,
  sanitizeOps: false, // It ends what was begun before all tests.
  sanitizeResources: false,
  async fn() {
    await lab?.[Symbol.asyncDispose]();
    assert.deepEqual(whatTheHostHas(), before);
    assert.deepEqual(lab?.remains(), []);
  },
});
