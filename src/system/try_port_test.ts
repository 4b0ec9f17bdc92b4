import assert from "node:assert/strict";
import { tryPort } from "./try_port.ts";

Deno.test("a port is taken while somebody listens on it", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assert.equal(tryPort("127.0.0.1", listener.addr.port), "taken");
});
