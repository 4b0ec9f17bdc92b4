import assert from "node:assert/strict";
import { firstClientPort, freePort, tryPort } from "./try_port.ts";

Deno.test("a free port is one that no client gets, and can be listened on", () => {
  const port = freePort();
  assert.ok(port < firstClientPort(), `${port}`);
  using listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.equal(tryPort("127.0.0.1", listener.addr.port), "taken");
});
