import { BUILD, versionText } from "../../base/version.ts";
import type { VerbInput } from "../verb.ts";

/** Prints version and commit; with `--json` also runtime and platform. */
export function version({ program, output }: VerbInput): number {
  if (output.json) {
    const { os, arch } = Deno.build;
    output.printJson({ name: program.name, ...BUILD, runtime: `deno ${Deno.version.deno}`, platform: `${os}-${arch}` });
  } else output.print(`${program.name} ${versionText()}`);
  return 0;
}
