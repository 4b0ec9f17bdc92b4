import assert from "node:assert/strict";
import { openProbes } from "./probes.ts";
import { reasonOf } from "./reason.ts";
import { tcpLook } from "./tcp.ts";
import { Ear, probeSpec, realDeps } from "./testing.ts";
import { until } from "../system/until.ts";
import { reservePorts } from "../system/reserved_ports.ts";
import { systemConnector } from "../system/sockets.ts";

Deno.test("a port that opens late, and closes again", async () => {
  using ports = reservePorts();
  const port = ports.take();
  const ear = new Ear();
  const ready = probeSpec({ kind: "tcp", hostname: "127.0.0.1", port });
  using probes = openProbes(realDeps(), { spec: { name: "db", ready }, directory: "/nowhere" }, ear);
  probes.begin({ generation: 1 });
  await until("the first failure", () => ear.ready.length === 1);
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  (await listener.accept()).close();
  await until("readiness", () => ear.ready.length === 2);
  listener.close();
  await until("its end", () => ear.ready.length === 3);
  const why = (text: string) => `tcp 127.0.0.1:${port}: ${text}`;
  assert.deepEqual(ear.ready.map((one) => [one.ok, one.why]), [
    [false, why("connection refused")],
    [true, why("connected")],
    [false, why("connection refused")],
  ]);
});

Deno.test("the connection is closed at once and nothing was sent", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = { hostname: "127.0.0.1", port: listener.addr.port };
  const [connection, { ok }] = await Promise.all([
    listener.accept(),
    tcpLook(address, systemConnector).look(new AbortController().signal),
  ]);
  assert.deepEqual([ok, await connection.read(new Uint8Array(1))], [true, null]);
  connection.close();
  listener.close();
});

Deno.test("a host that drops what it is sent is left at the abort", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const address = { hostname: "127.0.0.1", port: listener.addr.port };
  const full = [await Deno.connect(address), await Deno.connect(address)]; // Further SYNs are dropped now.
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  const began = performance.now();
  await assert.rejects(tcpLook(address, systemConnector).look(controller.signal));
  assert.ok(performance.now() - began < 30_000, "sooner than the kernel gives up");
  for (const connection of full) connection.close();
  listener.close();
});

Deno.test("a name that does not exist says so, and IPv6 is written with brackets", async () => {
  const look = tcpLook({ hostname: "no-such-host.invalid", port: 1 }, systemConnector);
  const error = await look.look(new AbortController().signal).catch((error) => error);
  assert.equal(reasonOf(error), "no such host");
  assert.equal(tcpLook({ hostname: "::1", port: 5432 }, systemConnector).subject, "tcp [::1]:5432");
});
