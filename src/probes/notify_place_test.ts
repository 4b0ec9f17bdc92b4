import assert from "node:assert/strict";
import { lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { systemFiles } from "../system/files.ts";
import { LONGEST_SOCKET_PATH } from "../system/datagrams.ts";
import { notifyPlace, prepare } from "./notify_place.ts";

const LONG = `/home/${"x".repeat(120)}/programs/web`;
const uid = Deno.uid() ?? 0;

function runtime() {
  const path = Deno.makeTempDirSync({ dir: "/tmp" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const deps = (runtimeDirectories: string[] = [], more: object = {}) => ({
  files: systemFiles,
  uid,
  runtimeDirectories,
  program: "appd",
  ...more,
});
const web = { name: "web" };
const scene = (directory: string, spec: { name: string; user?: string; group?: string } = web) => ({ directory, spec });

Deno.test("notify place: the program's own directory, when that is short enough", () => {
  assert.deepEqual(notifyPlace(scene("/h/programs/web"), deps()), { path: "/h/programs/web/notify.sock" });
  const own = { ...web, user: "me" };
  const asMe = deps([], { accountOf: () => ({ uid, gid: 7 }) });
  assert.deepEqual(notifyPlace(scene("/h/programs/web", own), asMe), { path: "/h/programs/web/notify.sock" });
});

Deno.test("notify place: a long path gets a short one, the same each time, another for another daemon", () => {
  using at = runtime();
  const place = notifyPlace(scene(LONG), deps(["/no/such/directory", at.path]));
  assert.match(place.path, new RegExp(`^${at.path}/appd-[0-9a-f]{16}/web\\.sock$`));
  assert.deepEqual(notifyPlace(scene(LONG), deps([at.path])), place);
  assert.notEqual(notifyPlace(scene(`/other${LONG}`), deps([at.path])).path, place.path);
  assert.ok(place.path.length <= LONGEST_SOCKET_PATH);
});

Deno.test("notify place: another user's program gets one that it can reach, and its account owns the socket", () => {
  using at = runtime();
  const asked: unknown[] = [];
  const accountOf = (of: unknown) => {
    asked.push(of);
    return { uid: uid + 1, gid: 42 };
  };
  const spec = { name: "web", user: "www", group: "web" };
  const place = notifyPlace(scene("/h/programs/web", spec), deps([at.path], { accountOf }));
  assert.deepEqual(asked, [{ user: "www", group: "web" }]);
  assert.deepEqual(place.owner, { uid: uid + 1, gid: 42 });
  assert.equal(place.directory?.mode, uid === 0 ? 0o711 : 0o700);
  assert.ok(place.path.startsWith(at.path));
});

Deno.test("notify place: none is short enough", () => {
  const wanted = /^AppdError: cannot make ".*notify\.sock": a socket's path has at most 107 bytes$/;
  assert.throws(() => notifyPlace(scene(LONG), deps()), wanted);
  assert.throws(() => notifyPlace(scene(LONG), deps([`/tmp/${"y".repeat(100)}`])), wanted);
});

Deno.test("notify place: its directory is made with its mode, and one that others prepared is refused", () => {
  using at = runtime();
  const place = notifyPlace(scene(LONG), deps([at.path]));
  const path = place.directory?.path ?? "";
  const before = Deno.umask(0o077);
  prepare(place, deps());
  prepare(place, deps());
  Deno.umask(before);
  assert.equal(lstatSync(path).mode & 0o777, place.directory?.mode);
  assert.throws(() => prepare(place, { ...deps(), uid: uid + 1 }), /not a directory of our own/);
  Deno.chmodSync(path, 0o777);
  assert.throws(() => prepare(place, deps()), /not a directory of our own/);
  Deno.removeSync(path);
  mkdirSync(`${at.path}/elsewhere`);
  symlinkSync(`${at.path}/elsewhere`, path);
  assert.throws(() => prepare(place, deps()), /not a directory of our own/);
});
