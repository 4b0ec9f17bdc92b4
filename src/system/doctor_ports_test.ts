import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { closeFile, writeTrouble } from "./access.ts";
import { diskSpace } from "./disk_space.ts";
import { executableOf, resolved } from "./executable.ts";
import { inotifyUse } from "./inotify_use.ts";
import { ownLimits, parseOwnLimits, threadsOf } from "./own_limits.ts";
import { scratchCopy } from "./scratch_copy.ts";
import { tryPort } from "./try_port.ts";

function inDirectory(test: (directory: string) => void): void {
  const directory = fs.mkdtempSync("/tmp/appd-look-");
  try {
    test(directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

Deno.test("closeFile closes the inode that was seen, and nothing that a link leads to", () =>
  inDirectory((directory) => {
    const [path, other, link] = ["a", "b", "link"].map((name) => join(directory, name)) as [string, string, string];
    for (const file of [path, other]) fs.writeFileSync(file, "", { mode: 0o666 });
    fs.chmodSync(path, 0o666);
    fs.chmodSync(other, 0o666);
    fs.symlinkSync(path, link);
    const ino = fs.statSync(path).ino;
    assert.equal(closeFile({ path: other, ino, mode: 0o600 }), false);
    assert.equal(closeFile({ path: link, ino: fs.lstatSync(link).ino, mode: 0o600 }), false);
    assert.equal(fs.statSync(path).mode & 0o777, 0o666);
    assert.equal(closeFile({ path, ino, mode: 0o644 }), true);
    assert.equal(fs.statSync(path).mode & 0o777, 0o644);
    assert.equal(closeFile({ path: directory, ino: fs.statSync(directory).ino, mode: 0o700 }), true);
  }));

Deno.test("a directory that can be written to, and one that is not there", () =>
  inDirectory((directory) => {
    assert.equal(writeTrouble(directory), undefined);
    assert.deepEqual(fs.readdirSync(directory), []);
    assert.equal(writeTrouble(join(directory, "gone")), "ENOENT");
  }));

Deno.test("a file system has a size, and not more is free than there is", () => {
  const { size, free, inodes, freeInodes } = diskSpace("/tmp");
  assert.ok(size > 0 && free <= size && freeInodes <= inodes);
});

Deno.test("a port is free, taken, of no address of this host", () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  assert.equal(tryPort("127.0.0.1", port), "taken");
  listener.close();
  assert.equal(tryPort("127.0.0.1", port), "free");
  assert.equal(tryPort("192.0.2.1", port), "no address", "TEST-NET-1, RFC 5737");
});

Deno.test("inotify: what this process watches is counted", () =>
  inDirectory((directory) => {
    const before = inotifyUse(Deno.uid() ?? 0);
    using _watcher = Deno.watchFs(directory, { recursive: false });
    const after = inotifyUse(Deno.uid() ?? 0);
    if (before === undefined || after === undefined) return; // A kernel without inotify.
    assert.ok(after.watches.used > before.watches.used);
    assert.ok(after.instances.used > before.instances.used);
    assert.ok(after.instances.limit > 0);
  }));

Deno.test("limits and umask from /proc; root has no limit of processes", () => {
  const limits = "Max processes             100                  200                  processes\n" +
    "Max open files            1024                 4096                 files\n";
  const status = (uid: number) => `Umask:\t0027\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`;
  assert.deepEqual(parseOwnLimits(limits, status(1000)), { openFiles: 1024, processes: 100, umask: 0o027 });
  assert.equal(parseOwnLimits(limits, status(0)).processes, undefined);
  assert.equal(parseOwnLimits("Max processes unlimited unlimited processes", status(1000)).processes, undefined);
  assert.deepEqual(parseOwnLimits("", ""), { openFiles: undefined, processes: undefined, umask: undefined });
  assert.ok((ownLimits().openFiles ?? 1) > 0);
  assert.ok(threadsOf(Deno.uid() ?? 0) > 1);
});

Deno.test("an executable that was removed is called so", async () => {
  const directory = fs.mkdtempSync("/tmp/appd-look-");
  const path = join(directory, "sleep");
  fs.copyFileSync("/bin/sleep", path);
  const child = new Deno.Command(path, { args: ["300"] }).spawn();
  try {
    assert.equal(executableOf(child.pid), fs.realpathSync(path));
    fs.rmSync(directory, { recursive: true });
    assert.equal(executableOf(child.pid), `${path} (deleted)`);
    assert.equal(resolved(path), undefined);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("a scratch copy has what is there, for us alone, and goes", () =>
  inDirectory((directory) => {
    fs.writeFileSync(join(directory, "a"), "text");
    const copy = scratchCopy([join(directory, "a"), join(directory, "b")]);
    assert.equal(fs.readFileSync(join(copy.directory, "a"), "utf8"), "text");
    assert.deepEqual([fs.readdirSync(copy.directory), fs.statSync(copy.directory).mode & 0o777], [["a"], 0o700]);
    copy[Symbol.dispose]();
    assert.equal(fs.existsSync(copy.directory), false);
  }));
