/** cco in front of an upstream that speaks TLS, on the compiled binary. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { until } from "../support/instance.ts";
import { ownCertificate } from "../../src/system/fake_certificate.ts";
import { cco, ok, viaProxy } from "./cco_lab.ts";

const own = ownCertificate();

Deno.test({
  name:
    "S2 Caching proxy, S2 Health Checks: an upstream with a certificate of an authority that the host trusts is served; else it is 502, with what helps",
  ignore: own === undefined,
  async fn() {
    const { cert = "", key = "" } = own ?? {};
    const options = { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} };
    await using origin = Deno.serve(options, () => new Response("behind TLS"));
    await using instance = cco(`upstream = "https://localhost:${origin.addr.port}"\nhealth_check_interval = 1`);
    await ok(instance, "daemon", "start");
    const refused = await viaProxy(instance, "/a");
    const { message, hint } = (await refused.json()).error;
    assert.equal(refused.status, 502);
    assert.match(message, /^the upstream cannot be reached: .*certificate: UnknownIssuer$/);
    assert.match(hint, /SSL_CERT_FILE/);
    const check = async () => JSON.parse((await instance.get("/health")).body).checks.upstream;
    const { error } = await until("it has looked", async () => (await check())?.ok === false && await check());
    assert.match(error, /^client error .*UnknownIssuer$/, "the address is nobody's affair");
    await ok(instance, "daemon", "stop");

    const file = join(instance.home, "authority.pem");
    fs.writeFileSync(file, cert);
    await instance.run(["daemon", "start"], { env: instance.env({ SSL_CERT_FILE: file }) });
    assert.equal(await (await viaProxy(instance, "/a")).text(), "behind TLS");
    await until("the check is well", async () => (await check()).ok);
  },
});
