import assert from "node:assert/strict";
import { systemDatagrams } from "./datagrams.ts";
import { openNotifySocket } from "./notify_socket.ts";

function directory() {
  const path = Deno.makeTempDirSync({ dir: "/tmp" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("a datagram arrives whole, and leaves nothing beside the receiver's socket", async () => {
  using at = directory();
  const path = `${at.path}/notify`;
  const receiver = systemDatagrams.bind(path);
  using socket = openNotifySocket(path);
  const text = `READY=1\nSTATUS=${"é".repeat(80)}`;
  await socket?.send(text);
  assert.equal(new TextDecoder().decode(await receiver.receive(new Uint8Array(4096))), text);
  assert.deepEqual([...Deno.readDirSync(at.path)].map(({ name }) => name), ["notify"]);
  receiver.close();
});

Deno.test("a receiver that is not there is an error with its reason", async () => {
  using at = directory();
  using socket = openNotifySocket(`${at.path}/none`);
  await assert.rejects(async () => await socket?.send("READY=1"), { code: "ENOENT" });
});

Deno.test("a receiver that does not read is waited for, until it goes", async () => {
  using at = directory();
  const receiver = systemDatagrams.bind(`${at.path}/full`);
  const socket = openNotifySocket(`${at.path}/full`);
  let sent = 0;
  const failure = (async () => {
    for (; sent < 100_000; sent++) await socket?.send("WATCHDOG=1");
  })().catch((error) => error);
  for (let before = -1; before !== sent;) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  receiver.close();
  assert.ok(await failure instanceof Error && sent < 100_000, `${sent} were taken`);
  socket?.[Symbol.dispose]();
});

Deno.test("an address is a path or an abstract name; anything else is none", () => {
  for (const bad of ["notify", "@", "vsock:2:9999", "./notify"]) assert.equal(openNotifySocket(bad), undefined, bad);
  openNotifySocket("@name")?.[Symbol.dispose]();
});

Deno.test("an abstract socket where nobody listens is an error with its reason", async () => {
  using socket = openNotifySocket(`@appd-none-${crypto.randomUUID()}`);
  await assert.rejects(async () => await socket?.send("READY=1"), /refused|neither is there/);
});
