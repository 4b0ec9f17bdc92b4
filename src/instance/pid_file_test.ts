import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { AppdError } from "../base/errors.ts";
import { systemFiles } from "../system/files.ts";
import { parsePid, readPidFile, writePidFile } from "./pid_file.ts";

const family = { pids: [Deno.pid], uid: 1000 };

function inTemp(test: (dir: string) => void): void {
  const dir = fs.mkdtempSync("/tmp/appd-pid-");
  try {
    test(dir);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

Deno.test("only one bare decimal number above 1 is a PID", () => {
  const bad = ["", " \n", "0", "1", "-1", "1e3", "9223372036854775808", "12\n13\n", "0x10", "12 ", "12\0", " 12", "१२"];
  for (const text of bad) assert.equal(parsePid(text, []).kind, "bad", JSON.stringify(text));
  assert.deepEqual(parsePid("4242\n", []), { kind: "pid", pid: 4242 });
  assert.deepEqual(parsePid("4242", []), { kind: "pid", pid: 4242 });
});

Deno.test("our own PID and our parents' are refused", () => {
  assert.equal(parsePid(`${Deno.pid}\n`, [Deno.pid]).kind, "bad");
});

Deno.test("a PID file of ten megabytes is refused after a few bytes", () =>
  inTemp((dir) => {
    const path = join(dir, "daemon.pid");
    fs.writeFileSync(path, "1".repeat(10_000_000));
    assert.equal(readPidFile(systemFiles, path, family).kind, "bad");
  }));

Deno.test("what is written is read back; links, directories and FIFOs are not followed", () =>
  inTemp((dir) => {
    const path = join(dir, "daemon.pid");
    writePidFile(systemFiles, path, 4242);
    assert.equal(fs.readFileSync(path, "utf8"), "4242\n");
    assert.deepEqual(readPidFile(systemFiles, path, family), { kind: "pid", pid: 4242 });
    const link = join(dir, "link.pid");
    fs.symlinkSync(path, link);
    assert.equal(readPidFile(systemFiles, link, family).kind, "bad");
    assert.throws(() => writePidFile(systemFiles, link, 1), AppdError);
    assert.equal(readPidFile(systemFiles, dir, family).kind, "bad");
    assert.equal(readPidFile(systemFiles, join(dir, "none"), family).kind, "absent");
  }));

Deno.test("root refuses a PID file that others can write or own", () =>
  inTemp((dir) => {
    const path = join(dir, "daemon.pid");
    fs.writeFileSync(path, "4242\n");
    fs.chmodSync(path, 0o666);
    const error = caught(() => readPidFile(systemFiles, path, { pids: [], uid: 0 }));
    assert.equal(error.exitCode, 77);
    assert.match(error.message, /others can write|belongs to user/);
  }));

function caught(action: () => unknown): AppdError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof AppdError);
    return error;
  }
  throw new Error("nothing was thrown");
}
