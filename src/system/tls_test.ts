import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { secure } from "./tls.ts";

/** A certificate of our own for localhost, by the host's openssl(1); undefined where there is none. */
function ownCertificate(): { readonly cert: string; readonly key: string } | undefined {
  const directory = Deno.makeTempDirSync();
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const about = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:localhost"];
  const leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
  try {
    const command = new Deno.Command("openssl", {
      args: [...args, ...about, ...leaf, "-keyout", key, "-out", cert],
      stdin: "null",
      stderr: "null",
    });
    if (!command.outputSync().success) return undefined;
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

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
