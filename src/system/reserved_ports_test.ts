import assert from "node:assert/strict";
import { reservePorts } from "./reserved_ports.ts";

Deno.test("two that reserve are never told the same port, and neither is told one twice", () => {
  using one = reservePorts();
  using two = reservePorts();
  const told = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? one : two).take());
  assert.equal(new Set(told).size, 400);
});

Deno.test("ports in a row are free, and one on which somebody listens is passed over", () => {
  using ports = reservePorts();
  const first = ports.take(3);
  const listeners = [0, 1, 2].map((i) => Deno.listen({ hostname: "127.0.0.1", port: first + i }));
  for (const listener of listeners) listener.close();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: first + 3 });
  assert.equal(ports.take(), first + 4);
});
