import assert from "node:assert/strict";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { fakeUpstream } from "./fake_upstream.ts";
import { type CheckContext, upstreamCheck } from "./upstream_check.ts";

type Own = CheckContext["config"]["proxy"];

function setup(answer: () => Response, settings: Partial<Own> = {}) {
  const clock = new FakeClock();
  const { fetch, requests } = fakeUpstream(answer);
  const check = upstreamCheck(fetch);
  const config = { upstream: "https://a.example", healthChecks: true, healthCheckInterval: 30, ...settings };
  const context: unknown = { config: { proxy: config }, clock, signal: new AbortController().signal };
  const run = async () => await check.check(context as CheckContext);
  return { clock, config, run, requests };
}

Deno.test("any answer below 500 is a sign of life", async () => {
  const { run, requests } = setup(() => new Response(null, { status: 404 }));
  await run();
  assert.deepEqual([requests[0]?.init.method, requests[0]?.url], ["HEAD", "https://a.example"]);
});

Deno.test("it looks at the interval, and repeats what it has seen until then", async () => {
  let status = 503;
  const { clock, run, requests } = setup(() => new Response(null, { status }));
  await assert.rejects(run(), /answers 503/);
  status = 200;
  clock.advance(29_000);
  await assert.rejects(run(), /answers 503/);
  assert.equal(requests.length, 1);
  clock.advance(1_000);
  await run();
  assert.equal(requests.length, 2);
});

Deno.test("it beats at its interval, also when the runs are some milliseconds early or late", async () => {
  for (const healthCheckInterval of [1, 3, 4]) {
    const { clock, run, requests } = setup(() => new Response(), { healthCheckInterval });
    const seconds: number[] = [];
    for (let second = 0; second < 13; second++) {
      const late = second % 4 === 0 ? 9 : 2;
      clock.advance(second * 1000 + late - clock.monotonic());
      const before = requests.length;
      await run();
      if (requests.length > before) seconds.push(second);
    }
    const expected = Array.from({ length: 13 }, (_, second) => second).filter((at) => at % healthCheckInterval === 0);
    assert.deepEqual(seconds, expected, `every ${healthCheckInterval} s`);
  }
});

Deno.test("another upstream is looked at at once", async () => {
  const { config, run, requests } = setup(() => new Response());
  await run();
  config.upstream = "https://b.example";
  await run();
  assert.equal(requests[1]?.url, "https://b.example");
});

Deno.test("an upstream that cannot be reached is a failure with its reason", async () => {
  const { run } = setup(() => {
    throw new TypeError("connection refused");
  });
  await assert.rejects(run(), /connection refused/);
});

Deno.test("without health checks, or an upstream, nobody is asked", async () => {
  for (const settings of [{ healthChecks: false }, { upstream: undefined }] as Partial<Own>[]) {
    const { run, requests } = setup(() => new Response(), settings);
    await run();
    assert.equal(requests.length, 0);
  }
});
