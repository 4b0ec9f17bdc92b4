import assert from "node:assert/strict";
import { budgetOf } from "./look_disks.ts";
import { steeringIn } from "./look_host.ts";
import { binaryIn } from "./look_units.ts";

const POLICY = { rotateSize: 10, rotateEvery: 0, maxFiles: 5, maxAge: 0, maxTotal: 200, compress: true };

Deno.test("what a log may take: the smaller of its limits, and without any no end", () => {
  assert.equal(budgetOf(POLICY), 60);
  assert.equal(budgetOf({ ...POLICY, maxTotal: 20 }), 20);
  assert.equal(budgetOf({ ...POLICY, rotateSize: 0 }), 200);
  assert.equal(budgetOf({ ...POLICY, rotateSize: 0, maxTotal: 0 }), Infinity);
});

Deno.test("what a unit starts: systemd.service(5) in its spellings", () => {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["ExecStart=/usr/bin/appd --home /x run", "/usr/bin/appd"],
    ["ExecStart = -/usr/bin/appd run", "/usr/bin/appd"],
    ["ExecStart=+!/usr/bin/appd run", "/usr/bin/appd"],
    ['ExecStart="/opt/my \\"app\\"/appd" run', '/opt/my "app"/appd'],
    ["ExecStart=/opt/100%%/appd run", "/opt/100%/appd"],
    ["ExecStart=\nExecStart=/second/appd run", "/second/appd"],
    ["ExecStart=appd run", undefined],
    ["ExecStartPre=/bin/true", undefined],
  ];
  for (const [text, path] of lines) assert.equal(binaryIn(`[Service]\n${text}\n`), path, text);
});

Deno.test("variables that steer are named, those of ours and harmless ones are not", () => {
  const env = { PATH: "/bin", LD_PRELOAD: "x", APPD_PROGRAM: "web", DENO_DIR: "/d", NODER: "x" };
  assert.deepEqual(steeringIn(env), ["DENO_DIR", "LD_PRELOAD"]);
});
