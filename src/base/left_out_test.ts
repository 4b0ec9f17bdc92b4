import assert from "node:assert/strict";
import { absenceOf } from "./left_out.ts";

Deno.test("a service that does not run is left out by the mode or by the configuration; other names are nobody's", () => {
  const status = {
    mode: "feed",
    left_out: [{ name: "till", by: "mode" }, { name: "scale", by: "configuration" }],
  } as const;
  assert.deepEqual(absenceOf("till", status), {
    cause: 'the mode "feed" leaves it out',
    hint: "run everything: appd restart --mode all",
  });
  assert.equal(absenceOf("scale", status)?.cause, "the configuration leaves it out");
  assert.equal(absenceOf("web", status), undefined);
  assert.equal(absenceOf("web", {}), undefined);
});
