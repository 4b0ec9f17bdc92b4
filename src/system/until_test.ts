import assert from "node:assert/strict";
import { until } from "./until.ts";

Deno.test("the first thing that is true is what is waited for; an error is none yet", async () => {
  const looks = [0, "", null, undefined, false, new Error("not there"), "here", "too late"];
  const found = await until("it is here", async () => {
    const look = await Promise.resolve(looks.shift());
    if (look instanceof Error) throw look;
    return look;
  });
  assert.equal(found, "here");
  assert.deepEqual(looks, ["too late"]);
});

Deno.test("what does not come about in time is named, with the last error", async () => {
  const trouble = new Error("no such file");
  const never = () => {
    throw trouble;
  };
  await assert.rejects(until("the file is there", never, 20), (error: Error) => {
    assert.deepEqual([error.message, error.cause], ["not within 20 ms: the file is there", trouble]);
    return true;
  });
});
