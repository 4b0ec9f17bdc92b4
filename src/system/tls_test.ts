import assert from "node:assert/strict";
import { ownCertificate } from "./fake_certificate.ts";
import { secure } from "./tls.ts";

const own = ownCertificate();
const ignore = own === undefined;
const NEVER = new AbortController().signal;

/** A server behind {@link own} that greets whoever has shaken hands. */
function serve(greeting: string) {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: own?.cert ?? "", key: own?.key ?? "" });
  const served = (async () => {
    for await (const connection of listener) {
      try {
        await connection.write(new TextEncoder().encode(greeting));
        await connection.read(new Uint8Array(1));
      } catch {
        // Handshake refused by the client: what some of these tests are about.
      } finally {
        connection.close();
      }
    }
  })();
  return {
    connect: () => Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    async [Symbol.asyncDispose]() {
      listener.close();
      await served.catch(() => {});
    },
  };
}

Deno.test({
  name: "bytes go both ways behind a certificate that is trusted, and the end is seen",
  ignore,
  async fn() {
    await using server = serve("hello");
    const certificates = [own?.cert ?? ""];
    const connection = await secure(await server.connect(), { hostname: "localhost", signal: NEVER, certificates });
    const chunk = new Uint8Array(100);
    const length = await connection.read(chunk);
    assert.equal(new TextDecoder().decode(chunk.subarray(0, length ?? 0)), "hello");
    await connection.write(new TextEncoder().encode("x"));
    assert.equal(await connection.read(chunk), null);
    connection.close();
  },
});

for (
  const [what, hostname, certificates] of [
    ["by nobody we trust", "localhost", []],
    ["for another name", "example.org", [own?.cert ?? ""]],
  ] as const
) {
  Deno.test({
    name: `a certificate ${what} is refused, and everything is closed`,
    ignore,
    async fn() {
      await using server = serve("hello");
      const connecting = secure(await server.connect(), { hostname, signal: NEVER, certificates: [...certificates] });
      await assert.rejects(connecting, /certificate/);
    },
  });
}
