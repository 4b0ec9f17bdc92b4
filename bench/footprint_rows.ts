/** Memory and size. */
import fs from "node:fs";
import { join } from "node:path";
import { freePort, Instance, until } from "../tests/support/instance.ts";
import { residentBytes } from "./jobs.ts";
import { ratioOf } from "./measure.ts";
import type { Row } from "./rows.ts";
import type { Lab } from "./lab.ts";

/** Long enough that start-up's garbage has had its time. */
function settle(quick: boolean): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, quick ? 1000 : 10_000));
}

async function bareServe(lab: Lab, quick: boolean): Promise<number> {
  const port = freePort();
  const child = new Deno.Command(lab.serve, { args: [`${port}`], stdin: "null", stdout: "null" }).spawn();
  try {
    await until("it serves", async () => (await (await fetch(`http://127.0.0.1:${port}/`)).text()) === "ok");
    await settle(quick);
    return residentBytes(child.pid);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function idleDaemon(quick: boolean): Promise<number> {
  await using instance = new Instance('[[program]]\nname = "p"\ncommand = ["sleep", "600"]\n');
  await instance.start();
  await until("the program runs", async () => (await instance.status()).programs[0].state === "running");
  await settle(quick);
  return residentBytes(instance.pid());
}

export const MEMORY: Row = {
  id: "memory",
  what: "idle memory with one program ÷ compiled bare `Deno.serve`",
  limit: 1.25,
  unit: "×",
  async measure(lab, { quick }) {
    const [ours, base]: [number[], number[]] = [[], []];
    for (let i = 0; i < (quick ? 1 : 3); i++) {
      ours.push(await idleDaemon(quick));
      base.push(await bareServe(lab, quick));
    }
    const result = ratioOf(ours, base);
    const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
    return { value: result.ratio, detail: `${mib(result.ours)} ÷ ${mib(result.base)} resident` };
  },
};

/** Bytes of the base runtime that `deno compile` appends to, read from its zip in Deno's cache. */
function denortBytes(): number {
  const cache = Deno.env.get("DENO_DIR") ??
    join(Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`, "deno");
  const file = join(cache, "dl", "release", `v${Deno.version.deno}`, `denort-${Deno.build.target}.zip`);
  const zip = fs.readFileSync(file);
  const entry = zip.lastIndexOf("PK\x01\x02", undefined, "latin1"); // central directory, APPNOTE 4.3.12
  return zip.readUInt32LE(entry + 24);
}

export const SIZE: Row = {
  id: "size",
  what: "`dist/appd` − the base runtime",
  limit: 2,
  unit: "MB",
  measure(lab) {
    const total = fs.statSync(lab.appd).size;
    const own = total - denortBytes();
    return Promise.resolve({ value: own / 1e6, detail: `${(total / 1e6).toFixed(1)} MB in all` });
  },
};
