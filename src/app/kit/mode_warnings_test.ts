import assert from "node:assert/strict";
import { modeWarnings } from "./mode_warnings.ts";

const app = {
  modes: [
    { name: "night", summary: "only watch", services: ["watch", "wacth"] },
    { name: "day", summary: "all but jobs", jobs: false },
    { name: "dusk", summary: "nothing that there is", services: ["owl"] },
  ],
};
const WACTH =
  'the mode "night" names the service "wacth", which is not there with this configuration; there are: watch, web';

Deno.test("a service that a mode names in vain is told, of one mode or of all", () => {
  const services = [{ name: "watch" }, { name: "web" }];
  assert.deepEqual(modeWarnings({ app, services, mode: "night" }), [WACTH]);
  assert.deepEqual(modeWarnings({ app, services, mode: "day" }), []);
  assert.deepEqual(modeWarnings({ app, services, mode: "all" }), []);
  const all = modeWarnings({ app, services, mode: undefined });
  assert.equal(all[0], WACTH);
  assert.match(all[1] ?? "", /the mode "dusk" names the service "owl"/);
  assert.match(modeWarnings({ app, services: [], mode: "dusk" })[0] ?? "", /; there are none$/);
});
