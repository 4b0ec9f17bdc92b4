/** The real machine in, the exit code out: the only place that ends the process. */
import { runDetached, startOrder } from "./src/app/detached.ts";
import { realSystem } from "./src/system/system.ts";

const system = realSystem();
const order = startOrder(system);

async function runCommand(): Promise<number> {
  const { runAppd } = await import("./src/cli/appd.ts");
  return await runAppd(Deno.args, system);
}

Deno.exit(await (order === undefined ? runCommand() : runDetached(system, order)));
