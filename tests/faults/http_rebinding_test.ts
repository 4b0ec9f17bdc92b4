/**
 * Faults 40 and 41: what a web page can send to a local port, by DNS rebinding or from another site, over every route;
 * and actions without socket or token. Accepted: 0.
 */
import assert from "node:assert/strict";
import { createApi, ROUTES } from "../../src/http/api.ts";
import { fakeDaemon } from "../../src/http/fake_daemon.ts";

const PORT = 8321;
const OWN = `127.0.0.1:${PORT}`;

/** What a page, or its browser, adds; each alone must be enough for a refusal. */
const ATTACKS: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
  ["rebound name", { host: `evil.example:${PORT}` }],
  ["rebound name without port", { host: "evil.example" }],
  ["own address as a label", { host: `127.0.0.1.evil.example:${PORT}` }],
  ["localhost as a label", { host: `localhost.evil.example:${PORT}` }],
  ["trailing dot", { host: `localhost.:${PORT}` }],
  ["wildcard address", { host: `0.0.0.0:${PORT}` }],
  ["short address", { host: `127.1:${PORT}` }],
  ["decimal address", { host: `2130706433:${PORT}` }],
  ["mapped address", { host: `[::ffff:7f00:1]:${PORT}` }],
  ["other port", { host: "127.0.0.1:80" }],
  ["two hosts, ours first", { host: `${OWN}, evil.example` }],
  ["two hosts, ours last", { host: `evil.example, ${OWN}` }],
  ["credentials", { host: `user@${OWN}` }],
  ["empty host", { host: "" }],
  ["foreign origin", { origin: "http://evil.example" }],
  ["null origin", { origin: "null" }],
  ["own origin, forged", { origin: `http://${OWN}` }],
  ["cross-site image", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
  ["cross-site navigation", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
  ["same-site script", { "sec-fetch-site": "same-site", "sec-fetch-dest": "script" }],
  ["unknown site", { "sec-fetch-site": "sideways" }],
  ["web socket", { upgrade: "websocket", connection: "Upgrade" }],
];

const PATHS = [...new Set(ROUTES.map(({ path }) => path.replace(":name", "web")))];

Deno.test("40: no rebinding or cross-site variant is accepted on any route", async () => {
  const daemon = fakeDaemon({ token: "the-token" });
  const app = createApi(daemon);
  let variants = 0;
  const accepted: string[] = [];
  for (const path of [...PATHS, "/none"]) {
    for (const method of ["GET", "POST"]) {
      for (const [what, headers] of ATTACKS) {
        variants++;
        const all = { host: OWN, authorization: "Bearer the-token", ...headers };
        const { status } = await app.request(`http://${OWN}${path}`, { method, headers: all });
        if (status !== 403 && status !== 421) accepted.push(`${method} ${path}, ${what}: ${status}`);
      }
    }
  }
  assert.deepEqual(accepted, []);
  assert.ok(variants >= 300, String(variants));
  assert.deepEqual(daemon.calls, []);
});

Deno.test("40: an absolute target of another name is refused on every route", async () => {
  const app = createApi(fakeDaemon());
  for (const path of PATHS) {
    const { status } = await app.request(`http://evil.example:${PORT}${path}`, { headers: { host: OWN } });
    assert.equal(status, 421, path);
  }
});

const UNARMED: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
  ["nothing", {}],
  ["an empty token", { authorization: "Bearer " }],
  ["a near token", { authorization: "Bearer the-tokem" }],
  ["a prefix", { authorization: "Bearer the" }],
  ["another scheme", { authorization: "Basic the-token" }],
  ["a cookie", { cookie: "token=the-token" }],
  ["a method override", { "x-http-method-override": "GET" }],
];

Deno.test("41: no action runs over TCP without the token, and none at all when there is none", async () => {
  for (const token of [undefined, "the-token"]) {
    const daemon = fakeDaemon({ token });
    const app = createApi(daemon);
    for (const path of [...PATHS, "/none"]) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        for (const [what, headers] of UNARMED) {
          const url = `http://${OWN}${path}?token=the-token`;
          const { status } = await app.request(url, { method, headers: { host: OWN, ...headers } });
          const refusals = path === "/none" ? [401, 404] : [401, 405]; // What is not there is no secret.
          assert.ok(refusals.includes(status), `${method} ${path} with ${what}: ${status}`);
        }
      }
    }
    assert.deepEqual(daemon.calls, []);
  }
});

Deno.test("41: with the token every action runs over TCP", async () => {
  const daemon = fakeDaemon({ token: "the-token" });
  const app = createApi(daemon);
  for (const path of ["reload", "rotate", "reopen", "stop", "programs/web/stop"]) {
    const headers = { host: OWN, authorization: "Bearer the-token" };
    const { status } = await app.request(`http://${OWN}/api/v1/${path}`, { method: "POST", headers });
    assert.ok(status === 200 || status === 202, `${path}: ${status}`);
  }
  assert.deepEqual(daemon.calls, ["reload", "rotate", "reopen", "stop undefined", "stop web"]);
});
