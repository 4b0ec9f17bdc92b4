import assert from "node:assert/strict";
import { modeWarnings } from "./mode_warnings.ts";

const NIGHT = { name: "night", summary: "only watch", services: ["watch", "wacth"] };
const DAY = { name: "day", summary: "all but jobs", jobs: false };
const DUSK = { name: "dusk", summary: "nothing that there is", services: ["owl"] };
const WACTH =
  'the mode "night" names the service "wacth", which is not there with this configuration; there are: watch, web';

Deno.test("a service that a mode names in vain is told, of one mode or of several", () => {
  const services = [{ name: "watch" }, { name: "web" }];
  assert.deepEqual(modeWarnings([NIGHT], services), [WACTH]);
  assert.deepEqual(modeWarnings([DAY], services), []);
  const all = modeWarnings([NIGHT, DAY, DUSK], services);
  assert.equal(all[0], WACTH);
  assert.match(all[1] ?? "", /the mode "dusk" names the service "owl"/);
  assert.match(modeWarnings([DUSK], [])[0] ?? "", /; there are none$/);
});
