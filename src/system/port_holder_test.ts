import assert from "node:assert/strict";
import { findPortHolder, listeningInodes } from "./port_holder.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2081 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:2081 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 99999 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0
`;

Deno.test("listeningInodes takes the listener of the port, not its connections or other ports", () => {
  assert.deepEqual(listeningInodes(TABLE, 8321), ["12345"]);
  assert.deepEqual(listeningInodes(TABLE, 22), ["777"]);
  assert.deepEqual(listeningInodes(TABLE, 9999), []);
  assert.deepEqual(listeningInodes("", 22), []);
});

Deno.test({
  name: "findPortHolder names this very process",
  ignore: Deno.build.os !== "linux",
  fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const holder = findPortHolder(listener.addr.port);
    assert.equal(holder?.pid, Deno.pid);
    assert.match(holder?.command ?? "", /deno/);
  },
});
