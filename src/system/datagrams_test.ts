import assert from "node:assert/strict";
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { LONGEST_SOCKET_PATH, systemDatagrams } from "./datagrams.ts";

function directory() {
  const path = Deno.makeTempDirSync({ dir: "/tmp" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

async function send(path: string, text: string): Promise<void> {
  const from = `${path}.from`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: from });
  await socket.send(new TextEncoder().encode(text), { transport: "unixpacket", path });
  socket.close();
  Deno.removeSync(from);
}

Deno.test("a datagram arrives whole or cut to the buffer, and closing ends a waiting receive", async () => {
  using at = directory();
  const path = `${at.path}/n.sock`;
  const socket = systemDatagrams.bind(path);
  const buffer = new Uint8Array(5);
  await send(path, "hello world");
  await send(path, "");
  assert.equal(new TextDecoder().decode(await socket.receive(buffer)), "hello");
  assert.equal((await socket.receive(buffer))?.length, 0);
  const waiting = socket.receive(buffer);
  socket.close();
  socket.close();
  assert.deepEqual([await waiting, await socket.receive(buffer), existsSync(path)], [undefined, undefined, false]);
});

Deno.test("the socket is private, whatever the umask, and a stale one is replaced", async () => {
  using at = directory();
  const path = `${at.path}/n.sock`;
  const before = Deno.umask(0);
  const first = systemDatagrams.bind(path);
  Deno.umask(before);
  assert.equal(lstatSync(path).mode & 0o777, 0o600);
  const second = systemDatagrams.bind(path);
  first.close();
  assert.ok(existsSync(path), "the first one does not take the second one's path away");
  await send(path, "x");
  assert.equal((await second.receive(new Uint8Array(9)))?.length, 1);
  second.close();
});

Deno.test({
  name: "root gives the socket to the account that is to send",
  ignore: Deno.uid() !== 0,
  fn() {
    using at = directory();
    const path = `${at.path}/n.sock`;
    const socket = systemDatagrams.bind(path, { uid: 65534, gid: 65533 });
    const { uid, gid, mode } = lstatSync(path);
    assert.deepEqual([uid, gid, mode & 0o777], [65534, 65533, 0o600]);
    socket.close();
  },
});

Deno.test("a file in the way is not removed, and a path is as long as it may be", () => {
  using at = directory();
  const path = `${at.path}/file`;
  writeFileSync(path, "mine");
  assert.throws(() => systemDatagrams.bind(path), { code: "EADDRINUSE" });
  const longest = `${at.path}/${"x".repeat(LONGEST_SOCKET_PATH - at.path.length - 1)}`;
  systemDatagrams.bind(longest).close();
  assert.throws(() => systemDatagrams.bind(`${longest}x`), { code: "EINVAL" });
});
