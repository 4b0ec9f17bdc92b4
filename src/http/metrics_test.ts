import assert from "node:assert/strict";
import { formatMetrics, RequestCounter } from "./metrics.ts";

Deno.test("help and label values are escaped as the text format wants", () => {
  const text = formatMetrics([{
    name: "appd_program_up",
    help: 'back\\slash and\nnew line and "quote"',
    type: "gauge",
    samples: [
      { labels: { program: 'a"b\\c\nd', state: "running" }, value: 1 },
      { value: Infinity },
      { value: -Infinity },
      { value: NaN },
      { value: 0.25 },
    ],
  }]);
  assert.equal(
    text,
    [
      '# HELP appd_program_up back\\\\slash and\\nnew line and "quote"',
      "# TYPE appd_program_up gauge",
      'appd_program_up{program="a\\"b\\\\c\\nd",state="running"} 1',
      "appd_program_up +Inf",
      "appd_program_up -Inf",
      "appd_program_up NaN",
      "appd_program_up 0.25",
      "",
    ].join("\n"),
  );
});

Deno.test("the counter adds up by its labels", () => {
  const counter = new RequestCounter();
  counter.add({ access: "tcp", route: "/health", code: "200" });
  counter.add({ access: "tcp", route: "/health", code: "200" });
  counter.add({ access: "socket", route: "/health", code: "200" });
  assert.deepEqual(counter.family().samples.map(({ value }) => value), [2, 1]);
});
