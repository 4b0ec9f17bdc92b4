/** The real machine in, the exit code out: the only place that ends the process. */
import { APPD } from "./src/cli/command_table.ts";
import { main } from "./src/cli/run.ts";
import { realSystem } from "./src/system/system.ts";

Deno.exit(await main(APPD, Deno.args, realSystem()));
