/** The folders of tests/specs, one test each, on dist/appd. Compile first: `deno task compile`. */
import { runSpec } from "./support/run_spec.ts";
import { loadSpecs } from "./support/spec.ts";

for (const spec of loadSpecs(new URL("specs", import.meta.url).pathname)) {
  Deno.test(`${spec.name}: ${spec.about}`, () => runSpec(spec));
}
