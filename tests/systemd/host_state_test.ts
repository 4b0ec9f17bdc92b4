import assert from "node:assert/strict";
import { devicesIn, mountsIn } from "./host_state.ts";

Deno.test("a mount of a part beside this one is no trace of the lab, every other one is", () => {
  const line = (path: string) => `43 27 0:39 / ${path} rw,relatime - tmpfs none rw`;
  const own = "/tmp/appd-suite-own";
  const [root, mine, nested] = ["/", own, `${own}/appd-lab-1`].map(line);
  const beside = ["/tmp/appd-suite-other/home", "/tmp/appd-suite-other"].map(line);
  const elsewhere = ["/mnt", "/tmp/appd-suite", "/var/tmp/appd-suite-other"].map(line);
  const mountinfo = [root, ...beside, mine, nested, ...elsewhere, ""].join("\n");
  assert.deepEqual(mountsIn(mountinfo, own), [root, mine, nested, ...elsewhere, ""]);
  assert.deepEqual(mountsIn(mountinfo, undefined), [root, ...elsewhere, ""]);
});

Deno.test("a loop device for a part beside this one is no trace of the lab, every other device is", () => {
  assert.deepEqual(devicesIn(["loop-control", "loop0", "loop12", "null", "loopy1"]), [
    "loop-control",
    "null",
    "loopy1",
  ]);
});
