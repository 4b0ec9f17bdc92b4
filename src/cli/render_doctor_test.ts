import assert from "node:assert/strict";
import { CHECKS } from "../doctor/checks.ts";
import { examine } from "../doctor/doctor.ts";
import { fakeScene } from "../doctor/fake_scene.ts";
import { doctorReport, renderDoctor } from "./render_doctor.ts";
import { PLAIN } from "./style.ts";

const [pidFile] = CHECKS.filter(({ id }) => id === "pid-file");
const path = "/home/u/.appd/daemon.pid";
const examined = examine(
  fakeScene({ pidFile: { path, ino: 9, content: { kind: "pid", pid: 42, process: undefined } } }),
  pidFile === undefined ? [] : [pidFile],
);
const [finding] = examined.flatMap(({ findings }) => findings);
assert.ok(finding);
const AS_IT_IS = (text: string) => text;
const PLAN = { advise: AS_IT_IS, style: PLAIN, verbose: false, quiet: false, plan: false };

Deno.test("the JSON of doctor: a stable shape", () => {
  assert.deepEqual(doctorReport({ examined, mended: [{ finding, what: `remove "${path}"`, done: true }] }, AS_IT_IS), {
    ok: true,
    checks: [{ id: "pid-file", looks_at: "the PID file names the daemon", findings: 1 }],
    findings: [{
      id: "pid-file.stale",
      check: "pid-file",
      severity: "warning",
      what: "no daemon runs, and there is a PID file: PID 42 is gone",
      why: "the last daemon died without cleaning up; scripts that believe the file take it for running",
      hint: "see how it ended: appd logs; remove what it left: appd doctor --fix",
      fix: { what: `remove "${path}"`, done: true, error: null },
    }],
  });
});

Deno.test("without --fix nothing is done; what has no fix has none", () => {
  assert.deepEqual(doctorReport({ examined, mended: [] }, AS_IT_IS).findings[0]?.fix, {
    what: `remove "${path}"`,
    done: false,
    error: null,
  });
  const { fix: _, ...plain } = finding;
  const [one] = examined;
  assert.ok(one);
  const without = [{ ...one, findings: [plain] }];
  assert.equal(doctorReport({ examined: without, mended: [] }, AS_IT_IS).findings[0]?.fix, null);
});

Deno.test("doctor for people", () => {
  const said = renderDoctor({ examined, mended: [] }, PLAN);
  assert.deepEqual(said, [
    "warning: no daemon runs, and there is a PID file: PID 42 is gone [pid-file.stale]",
    "  why:  the last daemon died without cleaning up; scripts that believe the file take it for running",
    "  hint: see how it ended: appd logs; remove what it left: appd doctor --fix",
    "1 check: 1 warning; appd doctor --fix mends 1 of them",
  ]);
});

Deno.test("what was mended is said, and what could not be with its reason", () => {
  const mended = [
    { finding, what: `remove "${path}"`, done: true },
    { finding, what: `remove "${path}"`, done: false, error: "a daemon runs" },
  ];
  assert.deepEqual(renderDoctor({ examined, mended }, { ...PLAN, quiet: true }).slice(3), [
    `mended: remove "${path}"`,
    "not mended: a daemon runs",
  ]);
});

Deno.test("the plan stands at each finding, and all checks with --verbose", () => {
  assert.equal(renderDoctor({ examined, mended: [] }, { ...PLAN, plan: true })[3], `  fix:  would remove "${path}"`);
  assert.deepEqual(renderDoctor({ examined, mended: [] }, { ...PLAN, verbose: true }).slice(0, 3), [
    "         CHECK     WHAT HAS TO BE",
    "warning  pid-file  the PID file names the daemon",
    "",
  ]);
});
