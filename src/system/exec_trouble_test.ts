import assert from "node:assert/strict";
import { closedPart, foreseeTrouble, spawnFailure } from "./exec_trouble.ts";

/** A tree of files with modes; a trailing slash makes a directory. They belong to who runs the test. */
function tree(files: Record<string, number>): { path: (name: string) => string } & Disposable {
  const root = Deno.makeTempDirSync();
  Deno.chmodSync(root, 0o755);
  for (const name of Object.keys(files)) {
    if (name.endsWith("/")) Deno.mkdirSync(`${root}/${name}`);
    else Deno.writeTextFileSync(`${root}/${name}`, "#!/bin/sh\n");
  }
  for (const [name, mode] of Object.entries(files)) Deno.chmodSync(`${root}/${name}`, mode);
  return { path: (name) => `${root}/${name}`, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

const [uid, gid] = [Deno.uid() ?? 0, Deno.gid() ?? 0];
const stranger = { uid: uid + 4000, gid: gid + 4000 };
const colleague = { uid: uid + 4000, gid };

Deno.test("closed to a stranger: the first part of the path that is", () => {
  using t = tree({ "a/": 0o700, "a/open": 0o755, "b/": 0o755, "b/group": 0o750, "b/open": 0o755, "b/owner": 0o077 });
  assert.equal(closedPart(t.path("a/open"), stranger), t.path("a"));
  assert.equal(closedPart(t.path("b/group"), stranger), t.path("b/group"));
  assert.equal(closedPart(t.path("b/group"), colleague), undefined);
  assert.equal(closedPart(t.path("b/open"), stranger), undefined);
  assert.equal(
    closedPart(t.path("b/owner"), { uid: uid || 1, gid: gid + 1 }),
    uid === 0 ? undefined : t.path("b/owner"),
  );
});

Deno.test("a link is as closed as what it leads to", () => {
  using t = tree({ "a/": 0o700, "a/tool": 0o755, "b/": 0o755 });
  Deno.symlinkSync(t.path("a/tool"), t.path("b/tool"));
  assert.equal(closedPart(t.path("b/tool"), stranger), t.path("a"));
});

const codes = (error: Error | undefined) => {
  const { code, path } = (error ?? {}) as { code?: string; path?: string };
  return [code, path];
};

Deno.test("foreseen for somebody: the directory, the command and its interpreter", () => {
  using t = tree({ "shut/": 0o700, "open/": 0o755, "open/tool": 0o755, "open/plain": 0o644, "open/lost": 0o755 });
  Deno.writeTextFileSync(t.path("open/lost"), "#!/no/such/interpreter\n");
  const look = (command: string, cwd: string, PATH = "/usr/bin:/bin") =>
    codes(
      foreseeTrouble({ command: [command], cwd: t.path(cwd), env: { PATH } }, (path) => closedPart(path, stranger)),
    );
  assert.deepEqual(look("./tool", "open"), [undefined, undefined]);
  assert.deepEqual(look("tool", "open", `/etc/passwd:${t.path("open")}`), [undefined, undefined]);
  assert.deepEqual(look("sh", "shut"), ["EACCES", t.path("shut")]);
  assert.deepEqual(look("./none", "open"), ["ENOENT", "./none"]);
  assert.deepEqual(look("./plain", "open"), ["EACCES", t.path("open/plain")]);
  assert.deepEqual(look("./lost", "open"), ["ENOENT", "/no/such/interpreter"]);
  assert.deepEqual(look("sh", "none"), ["ENOENT", t.path("none")]);
  assert.deepEqual(look("sh", "open/tool"), ["ENOTDIR", t.path("open/tool")]);
});

Deno.test("a command that cannot be reached has the errno of the way to it", () => {
  using t = tree({ "plain": 0o644 });
  Deno.symlinkSync(t.path("ring"), t.path("ring"));
  const look = (path: string) => codes(foreseeTrouble({ command: [path], cwd: "/", env: {} }));
  assert.deepEqual(look(t.path("ring")), ["ELOOP", t.path("ring")]);
  assert.deepEqual(look(t.path("plain/tool")), ["ENOTDIR", t.path("plain/tool")]);
  assert.deepEqual(look(t.path("none")), ["ENOENT", t.path("none")]);
});

Deno.test("a part of PATH that is no directory does not hide the reason", () => {
  const error = spawnFailure({ command: ["no-such-tool"], cwd: "/", env: { PATH: "/etc/passwd:/usr/bin" } });
  assert.deepEqual(codes(error), ["ENOENT", "no-such-tool"]);
});
