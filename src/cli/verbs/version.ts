import { BUILD, versionText } from "../../base/version.ts";
import type { VerbInput } from "../verb.ts";

/** Prints version and commit; with `--json` also runtime and platform. */
export function version({ app, output }: VerbInput): number {
  const { name, version } = app.product;
  if (output.json) {
    const { os, arch } = Deno.build;
    output.printJson({ name, ...BUILD, version, runtime: `deno ${Deno.version.deno}`, platform: `${os}-${arch}` });
  } else output.print(`${name} ${versionText(app.product)}`);
  return 0;
}
