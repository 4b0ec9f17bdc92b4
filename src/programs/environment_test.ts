import assert from "node:assert/strict";
import type { LaunchHost } from "../system/launch_host.ts";
import { environmentOf, markOf } from "./environment.ts";
import type { ProgramSpec } from "./program_spec.ts";
import { shellSpec } from "./testing.ts";

const inheritedEnv = {
  PATH: "/bin",
  HOME: "/root",
  USER: "root",
  LANG: "C",
  TZ: "UTC",
  NOTIFY_SOCKET: "/run/n",
  WATCHDOG_USEC: "1",
  DENO_DIR: "/d",
  LISTEN_FDS: "1",
  DBUS_SESSION_BUS_ADDRESS: "unix:",
  JOURNAL_STREAM: "8:1",
  APPD_INTERNAL_READY: "x",
  APPD_HOME: "/not/handed/on/by/itself",
  SECRET: "s",
  LD_PRELOAD: "evil.so",
};

const account = { uid: 7, gid: 8, name: "web", home: "/srv/web", shell: "/bin/false" };
const launchHost: LaunchHost = {
  account: () => account,
  privileges: () => assert.fail(),
  tool: () => undefined,
  foresee: () => undefined,
};
const shared = { inheritedEnv, address: { APPD_NAME: "one" }, directory: "/h/programs", launchHost };

function environment(more: Partial<ProgramSpec>, extra?: Record<string, string>) {
  return environmentOf(shared, { spec: shellSpec("web", "", more), extra });
}

const CLEAN = {
  PATH: "/bin",
  HOME: "/root",
  USER: "root",
  LANG: "C",
  TZ: "UTC",
  APPD_NAME: "one",
  APPD_PROGRAM: "web",
  APPD_INSTANCE: "1",
  APPD_PROGRAM_ID: markOf("/h/programs", "web"),
};

Deno.test("a program's environment starts clean", () => assert.deepEqual(environment({}), CLEAN));

Deno.test("declared variables win over inherited ones, not over ours", () => {
  const declared = { PATH: "/opt/bin", DENO_DIR: "/mine", NOTIFY_SOCKET: "/x", LISTEN_FDS: "3", APPD_PROGRAM_ID: "/o" };
  assert.deepEqual(environment({ env: declared }), { ...CLEAN, PATH: "/opt/bin", DENO_DIR: "/mine" });
});

Deno.test("what we give a program ourselves may be what nobody else may give it", () => {
  const env = environment({ env: { NOTIFY_SOCKET: "/x" } }, { NOTIFY_SOCKET: "/h/programs/web/notify.sock" });
  assert.deepEqual(env, { ...CLEAN, NOTIFY_SOCKET: "/h/programs/web/notify.sock" });
});

Deno.test("another user's program is at home with that user, unless it says otherwise", () => {
  const login = { HOME: "/srv/web", USER: "web", LOGNAME: "web", SHELL: "/bin/false" };
  assert.deepEqual(environment({ user: "web" }), { ...CLEAN, ...login });
  assert.deepEqual(environment({ user: "web", env: { HOME: "/tmp" } }), { ...CLEAN, ...login, HOME: "/tmp" });
  assert.deepEqual(environment({ group: "web" }), CLEAN);
});

Deno.test("an instance knows its number", () => {
  assert.equal(environment({ family: { name: "web", number: 3 } }).APPD_INSTANCE, "3");
});

Deno.test("the way back to the daemon is handed on, and a nested daemon can be given another", () => {
  const address = { APPD_HOME: "/srv/appd", APPD_NAME: "one" };
  const of = (env: Record<string, string>) =>
    environmentOf({ ...shared, address }, { spec: shellSpec("web", "", { env }) });
  assert.deepEqual(of({}), { ...CLEAN, APPD_HOME: "/srv/appd" });
  assert.deepEqual(of({ APPD_HOME: "/b", APPD_NAME: "two" }), { ...CLEAN, APPD_HOME: "/b", APPD_NAME: "two" });
});
