import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import type { Privileges } from "../system/privileges.ts";
import { launchCommand, type LaunchWish } from "./launch_command.ts";

const ROOT: Privileges = {
  uid: 0,
  gid: 0,
  changesUser: true,
  raisesLimits: true,
  lowestNice: -20,
  nice: 0,
  hardLimits: { nofile: 4096 },
  mostFiles: 1_000_000,
};
const PLAIN: Privileges = { ...ROOT, uid: 7, gid: 8, changesUser: false, raisesLimits: false, lowestNice: 1, nice: 1 };

const web = { uid: 33, gid: 34, name: "web", home: "/", shell: "/bin/sh" };
const self = { ...web, uid: 7, gid: 8 };
const SETPRIV = ["/t/setpriv", "--reuid=33", "--regid=34", "--clear-groups", "--"];

function words(wish: Partial<LaunchWish>, account: typeof web | undefined, privileges: Privileges, tools = "all") {
  const tool = (name: string) => tools === "all" ? `/t/${name}` : undefined;
  return launchCommand({ command: ["run", "it"], ...wish }, account, { privileges: () => privileges, tool });
}

for (
  const [what, wish, account, privileges, front] of [
    ["nothing", {}, undefined, PLAIN, []],
    ["a user", {}, web, ROOT, SETPRIV],
    ["a limit", { limits: { nofile: "10:20" } }, undefined, PLAIN, ["/t/prlimit", "--nofile=10:20", "--"]],
    ["a priority", { nice: 5 }, undefined, ROOT, ["/t/nice", "-n", "5", "--"]],
    ["a priority, from another one", { nice: 5 }, undefined, PLAIN, ["/t/nice", "-n", "4", "--"]],
    ["the priority that it has anyway", { nice: 1 }, undefined, PLAIN, []],
    ["a high priority", { nice: -20 }, undefined, { ...ROOT, nice: -5 }, ["/t/nice", "-n", "-15", "--"]],
    ["its own user without root", {}, self, PLAIN, []],
    [
      "everything, the user last",
      { nice: -1, limits: { nofile: "8192", core: "unlimited" } },
      web,
      ROOT,
      ["/t/prlimit", "--nofile=8192", "--core=unlimited", "--", "/t/nice", "-n", "-1", "--", ...SETPRIV],
    ],
  ] as const
) {
  Deno.test(`before a command that wants ${what}`, () => {
    assert.deepEqual(words(wish, account, privileges), [...front, "run", "it"]);
  });
}

for (
  const [wish, account, privileges, exit, message] of [
    [{}, web, PLAIN, "noPermission", 'cannot run as user "web" (uid 33, gid 34): only root may'],
    [{}, { ...self, gid: 9 }, PLAIN, "noPermission", 'cannot run as user "web" (uid 7, gid 9): only root may'],
    [{ nice: 0 }, undefined, PLAIN, "noPermission", "cannot set the niceness to 0: without root not below 1"],
    [
      { limits: { nofile: "5000" } },
      undefined,
      PLAIN,
      "noPermission",
      "cannot set the limit nofile to 5000: the daemon's own hard limit is 4096, and it may not raise it",
    ],
    [
      { limits: { nofile: "unlimited" } },
      undefined,
      ROOT,
      "config",
      "cannot set the limit nofile to unlimited: this kernel allows 1000000",
    ],
    [
      { limits: { cpu: "9:5" } },
      undefined,
      ROOT,
      "config",
      "cannot set the limit cpu to 9:5: the soft limit is above the hard limit",
    ],
    [{ limits: { cpu: "x" } }, undefined, ROOT, "config", "cannot set the limit cpu to x: not a number or unlimited"],
  ] as const
) {
  Deno.test(message, () => {
    const isRight = (error: unknown) =>
      error instanceof AppdError && error.message === message && error.exit === exit && error.hint !== undefined;
    assert.throws(() => words(wish, account, privileges), isRight);
  });
}

for (
  const [wish, account, name, hint] of [
    [{}, web, "setpriv", "util-linux"],
    [{ limits: { nofile: "1" } }, undefined, "prlimit", "util-linux"],
    [{ nice: 5 }, undefined, "nice", "coreutils"],
  ] as const
) {
  Deno.test(`a host without ${name} says which package has it`, () => {
    const isRight = (error: unknown) =>
      error instanceof AppdError && error.message.includes(`"${name}"`) && error.hint === `apt-get install ${hint}`;
    assert.throws(() => words(wish, account, ROOT, "none"), isRight);
  });
}
