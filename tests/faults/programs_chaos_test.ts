/**
 * kill -9 of the daemon, alone or with every command under way, at any moment of a reload, a scale, a restart by hand, a
 * start or `restart --keep-programs`. After `appd start` there is exactly one copy of each configured program, run as the
 * file says now, nothing else, and whoever was not to be touched still has the PID of the beginning.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { familyIn } from "../../src/base/instance_name.ts";
import { systemProcesses } from "../../src/system/processes.ts";
import { Instance, signal, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { type Random, random, sized } from "./seed.ts";
import { ownProcesses, type Tenant, tenantsOf } from "./tenants.ts";

const ROUNDS = sized(20, 200);
/** When the blow falls, in milliseconds after the command began. */
const LATEST = 400;

/** What a round may change. */
interface Wanted {
  readonly version: number;
  readonly extra: boolean;
}

interface Kind {
  readonly script: string;
  readonly settings?: string;
  /** Processes of one copy. */
  readonly processes: number;
}

const IDLE = "while :; do sleep 100000; done";
const FAMILY = `setsid sleep 100000 & sh -c 'trap "" TERM; ${IDLE}' & ${IDLE}`;

/** Those whose settings name the version are to be restarted when it changes; the others never. */
const KINDS: Readonly<Record<string, Kind>> = {
  steady: { script: IDLE, processes: 2 },
  once: { script: IDLE, settings: `restart = "never"`, processes: 3 },
  nobody: { script: IDLE, settings: `user = "nobody"\ncwd = "/"\nlimits = { nofile = 512 }\nnice = 5`, processes: 2 },
  family: { script: FAMILY, settings: `stop_timeout = "300ms"\nenv = { V = "VERSION" }`, processes: 5 },
  deaf: { script: `trap '' TERM; ${IDLE}`, settings: `stop_timeout = "200ms"\nenv = { V = "VERSION" }`, processes: 2 },
  above: { script: IDLE, settings: `depends_on = { deaf = "started" }\nenv = { V = "VERSION" }`, processes: 2 },
  web: { script: IDLE, settings: "instances = 2", processes: 2 },
  extra: { script: FAMILY, settings: `stop_timeout = "300ms"`, processes: 5 },
};

function configOf({ version, extra }: Wanted): string {
  const wanted = Object.entries(KINDS).filter(([name]) => extra || name !== "extra");
  return wanted.map(([name, { script, settings = "" }]) => {
    const command = JSON.stringify(["/bin/sh", "-c", script, `main-${name}`]);
    return `\n[[program]]\nname = "${name}"\ncommand = ${command}\n${settings.replace("VERSION", `${version}`)}\n`;
  }).join("");
}

/** What is done while the blow falls. Only some of it takes up a changed file. */
function actionOf({ next }: Random): readonly string[] {
  const actions = [
    ["reload"],
    ["reload"],
    ["restart", "--keep-programs"],
    ["restart", "--keep-programs"],
    ["programs", "scale", "web", `${1 + next(4)}`],
    ["programs", "restart", "family"],
    ["programs", "stop", "family"],
    ["log-rotate"],
  ];
  return actions[next(actions.length)] ?? [];
}

/** Kills the daemon, or everything that is ours, once or, in the middle of what comes next, once more. */
async function blow(daemon: Instance, chance: Random): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, chance.next(LATEST))); // When it falls is left to chance.
  const all = ownProcesses(daemon);
  const targets = chance.once(2) ? all : all.filter((pid) => pid === pidOf(daemon));
  for (const pid of targets) signal(pid, "SIGKILL");
}

function pidOf(daemon: Instance): number | undefined {
  try {
    return daemon.pid();
  } catch {
    return undefined; // Between two daemons there is no file.
  }
}

/** Runs commands at once that may be cut off, with a blow while they do. */
async function under(daemon: Instance, actions: readonly (readonly string[])[], chance: Random): Promise<void> {
  const commands = actions.map((args) => daemon.run(args));
  await blow(daemon, chance);
  await Promise.all(commands);
}

const kindOf = (program: string) => KINDS[familyIn(program)];
const mainsOf = (tenants: readonly Tenant[]) =>
  new Map(tenants.filter((one) => one.isMain).map((one) => [one.program, one.pid]));

/** Tenants that are not as they should be; none is what is waited for. */
function disorder(tenants: readonly Tenant[], programs: readonly string[], wanted: Wanted): string[] {
  const strangers = tenants.filter((one) => !programs.includes(one.program)).map((one) => `stranger ${one.program}`);
  const wrong = programs.flatMap((name) => {
    const own = tenants.filter((one) => one.program === name);
    const mains = own.filter((one) => one.isMain);
    const said = (what: string) => [`${name}: ${what}`];
    if (mains.length !== 1) return said(`${mains.length} copies`);
    if (own.length !== kindOf(name)?.processes) return said(`${own.length} processes`);
    const env = systemProcesses.environment(mains[0]?.pid ?? 0).find((one) => one.startsWith("V="));
    return env === undefined || env === `V=${wanted.version}` ? [] : said(`is of ${env}, not ${wanted.version}`);
  });
  return [...strangers, ...wrong];
}

/** Who was stopped by hand may stay so through the death of the daemon; nobody else may be found stopped. */
async function startAgain(daemon: Instance, actions: readonly (readonly string[])[]): Promise<void> {
  if (!actions.some(([, verb]) => verb === "stop")) return;
  const talk = talkTo(daemon);
  if ((await talk.program("family")).state === "stopped") await talk.post("/programs/family/start");
}

/** Waits until everything is as the file says. */
async function recovered(daemon: Instance, wanted: Wanted, what: string): Promise<Tenant[]> {
  let wrong: string[] = ["nothing was seen"];
  try {
    return await until("order", async () => {
      const names = (await talkTo(daemon).status()).programs.map((one) => one.name); // As the daemon says.
      const tenants = tenantsOf(daemon);
      const present = new Set(names.map(familyIn));
      assert.deepEqual(present, new Set(Object.keys(KINDS).filter((name) => wanted.extra || name !== "extra")));
      const keepers = daemon.keepers().length;
      wrong = [...disorder(tenants, names, wanted), ...(keepers > 1 ? [`${keepers} keepers of the output`] : [])];
      return wrong.length === 0 ? tenants : undefined;
    });
  } catch (error) {
    const log = fs.readFileSync(join(daemon.home, "daemon.log"), "utf8").split("\n").slice(-60).join("\n");
    throw new Error(`${what}: ${wrong.join("; ")}\n${JSON.stringify(tenantsOf(daemon))}\n${log}`, { cause: error });
  }
}

Deno.test(`kill -9 at any moment of a reload, a scale, a restart that keeps programs, ${ROUNDS} times`, async () => {
  const chance = random("chaos");
  let wanted: Wanted = { version: 0, extra: true };
  await using daemon = new Instance(configOf(wanted));
  await daemon.start();
  let before = mainsOf(await recovered(daemon, wanted, "the first start"));
  for (let round = 0; round < ROUNDS; round++) {
    const change = chance.once(2) ? { version: round + 1, extra: chance.once(2) } : wanted;
    wanted = change;
    daemon.write(configOf(wanted));
    const actions = chance.once(3) ? [actionOf(chance), actionOf(chance)] : [actionOf(chance)];
    await under(daemon, actions, chance);
    if (chance.once(3)) await under(daemon, [["start"]], chance);
    const what = `round ${round}, ${actions.map((one) => one.join(" ")).join(" and ")}`;
    await daemon.start();
    await startAgain(daemon, actions);
    const now = mainsOf(await recovered(daemon, wanted, what));
    // Two scales, one down and one up, may well make another instance of the same name.
    const isScaledTwice = actions.every(([, verb]) => verb === "scale") && actions.length > 1;
    for (const [name, pid] of now) {
      const kept = ["steady", "once", "nobody"].includes(name) || (name.startsWith("web") && !isScaledTwice);
      if (kept && before.has(name)) assert.equal(pid, before.get(name), `${what}: ${name}`);
    }
    before = now;
  }
  assert.equal((await daemon.run(["stop"])).code, 0);
  assert.deepEqual(tenantsOf(daemon), []);
  await until("the end of the keeper, which was killed", () => daemon.keepers().length === 0);
});
