/** The work of cco: the caching proxy and its analytics, on the compiled binary. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join, resolve } from "node:path";
import { type Instance, remains, signal, until } from "../support/instance.ts";
import { cco, configure, json, ok, upstream, viaProxy } from "./cco_lab.ts";

/** Every row of an instance's requests, as `GET /proxy/a 200 hit`. */
function rowsOf(instance: Instance): string[] {
  using database = new DatabaseSync(join(instance.home, "analytics.db"), { readOnly: true });
  const rows = database.prepare("SELECT method, path, status, hit FROM cco_requests ORDER BY id").all();
  return rows.map(({ method, path, status, hit }) => `${method} ${path} ${status} ${hit === 1 ? "hit" : "miss"}`);
}

Deno.test("S2 Caching proxy: method, path, query, fields and body reach the upstream, its answer the client", async () => {
  await using origin = upstream(async (request) => {
    const { "x-mine": mine, via, connection } = Object.fromEntries(request.headers);
    return Response.json({ mine, via, hop: connection?.includes("x-hop") ?? false, body: await request.text() }, {
      status: 201,
      headers: { "x-theirs": "2" },
    });
  });
  await using instance = cco(`upstream = "${origin.address}/base"`);
  await ok(instance, "daemon", "start");
  const headers = { "x-mine": "1", connection: "x-hop", "x-hop": "3" };
  const response = await viaProxy(instance, "/v1/things?a=1&b=2", { method: "PUT", body: "new", headers });
  assert.deepEqual([response.status, response.headers.get("x-theirs"), response.headers.get("x-cache")], [
    201,
    "2",
    "miss",
  ]);
  assert.deepEqual(await response.json(), { mine: "1", via: "1.1 cco", hop: false, body: "new" });
  assert.deepEqual(origin.requests, ["PUT /base/v1/things?a=1&b=2"]);
});

Deno.test("S2 Caching proxy, S2 cache_ttl: the second answer comes from the cache with its age, until cache_ttl is over", async () => {
  let count = 0;
  await using origin = upstream(() => new Response(`answer ${++count}`));
  await using instance = cco(`upstream = "${origin.address}"\ncache_ttl = 1`);
  await ok(instance, "daemon", "start");
  const ask = async () => {
    const response = await viaProxy(instance, "/a");
    return `${response.headers.get("x-cache")} ${response.headers.get("age")} ${await response.text()}`;
  };
  assert.equal(await ask(), "miss null answer 1");
  const kept = await until("an answer from the cache", async () => { // The second one, where nothing takes a second.
    const answer = await ask();
    return answer === `hit 0 answer ${count}` || answer === `hit 1 answer ${count}` ? count : undefined;
  });
  await until("the answer is too old", async () => (await ask()) === `miss null answer ${kept + 1}`);
});

Deno.test("S2 Caching proxy: what the upstream calls private, no-store or another's is fetched anew", async () => {
  await using origin = upstream((request) => {
    const control = new URL(request.url).searchParams.get("control") ?? "";
    return new Response("x", { headers: { "cache-control": control, vary: "accept" } });
  });
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const second = async (query: string, headers: Record<string, string> = {}) => {
    await (await viaProxy(instance, query)).text();
    const response = await viaProxy(instance, query, { headers });
    await response.text();
    return response.headers.get("x-cache");
  };
  assert.equal(await second("/a?control=private"), "miss");
  assert.equal(await second("/a?control=no-store"), "miss");
  assert.equal(await second("/a?control=max-age%3D60"), "hit");
  assert.equal(await second("/b?control=max-age%3D60", { accept: "text/html" }), "miss");
});

Deno.test("S2 Caching proxy: what the upstream says to browsers stands, and its pages never have the daemon's origin", async () => {
  const own = { "x-frame-options": "ALLOWALL", "content-security-policy": "img-src *", "etag": '"1"' };
  await using origin = upstream(({ url }) => new Response("a page", { headers: url.endsWith("/own") ? own : {} }));
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const names = ["content-security-policy", "x-frame-options", "x-content-type-options", "etag", "cache-control"];
  for (const cache of ["miss", "hit"]) {
    const fields = async (path: string) => {
      const { headers, body } = await viaProxy(instance, path);
      await body?.cancel();
      assert.equal(headers.get("x-cache"), cache);
      return names.map((name) => headers.get(name));
    };
    assert.deepEqual(await fields("/own"), ["img-src *, sandbox", "ALLOWALL", "nosniff", '"1"', null]);
    assert.deepEqual(await fields("/plain"), ["sandbox", "SAMEORIGIN", "nosniff", null, null]);
  }
});

Deno.test("S2 Caching proxy: what many ask for at once is fetched once", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using origin = upstream(async () => {
    await promise;
    return new Response("one for all");
  });
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const all = Array.from({ length: 20 }, async () => (await viaProxy(instance, "/same")).text());
  const underWay = async () => JSON.parse((await instance.get("/api/cco/cache")).body).under_way;
  await until("they are all under way", async () => await underWay() === 20);
  resolve();
  assert.deepEqual(new Set(await Promise.all(all)), new Set(["one for all"]));
  assert.equal(origin.requests.length, 1);
});

Deno.test("S2 Caching proxy: an answer streams: its first part is there before the upstream has the second", async () => {
  let feed!: ReadableStreamDefaultController<Uint8Array>;
  await using origin = upstream(() =>
    new Response(new ReadableStream({ start: (controller) => void (feed = controller) }))
  );
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const asked = viaProxy(instance, "/stream");
  await until("it is at the upstream", () => origin.requests.length === 1);
  feed.enqueue(new TextEncoder().encode("first "));
  const reader = (await asked).body!.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "first ");
  feed.enqueue(new TextEncoder().encode("second"));
  feed.close();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "second");
  assert.equal((await reader.read()).done, true);
});

Deno.test("S2 Caching proxy, S2 cache_size: the cache keeps to its bytes, says so, and can be emptied", async () => {
  await using origin = upstream(() => new Response("x".repeat(1000)));
  await using instance = cco(`upstream = "${origin.address}"\ncache_size = 3000`);
  await ok(instance, "daemon", "start");
  for (const path of ["/a", "/b", "/c", "/d"]) await (await viaProxy(instance, path)).text();
  const stats = await json(instance, "cache", "stats");
  assert.equal(stats.limit_bytes, 3000);
  assert.ok(stats.bytes <= 3000 && stats.entries === 2 && stats.evictions === 2, JSON.stringify(stats));
  assert.match(await ok(instance, "cache", "stats"), /^Answers: +2$/m);
  assert.match(await ok(instance, "cache", "clear"), /2 answers forgotten/);
  assert.equal((await json(instance, "cache", "stats")).entries, 0);
  assert.equal((await viaProxy(instance, "/d").then(async (r) => (await r.text(), r))).headers.get("x-cache"), "miss");
});

Deno.test("S2 Caching proxy: an upstream that is not there is 502, none at all 503 with what to do", async () => {
  await using instance = cco(`upstream = "http://127.0.0.1:1"`);
  await ok(instance, "daemon", "start");
  const bad = await viaProxy(instance, "/a");
  assert.deepEqual([bad.status, /cannot be reached/.test((await bad.json()).error.message)], [502, true]);
  configure(instance, "");
  await ok(instance, "reload");
  await until("the proxy has heard of it", async () => {
    const none = await viaProxy(instance, "/a");
    return none.status === 503 && /config set upstream/.test((await none.json()).error.hint);
  });
});

Deno.test("S2 Analytics: each request is known at once by command and endpoint, and is in the database", async () => {
  await using origin = upstream(({ url }) => new Response("ok", { status: url.includes("/broken") ? 500 : 200 }));
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  for (const path of ["/a", "/a", "/broken?key=secret"]) await (await viaProxy(instance, path)).text();
  const analytics = await json(instance, "analytics", "--since", "1h");
  const { requests, hits, errors, bytes, statuses, paths } = analytics;
  assert.deepEqual({ requests, hits, errors, bytes, statuses }, {
    ...{ requests: 3, hits: 1, errors: 1, bytes: 6, statuses: { 200: 2, 500: 1 } },
  });
  assert.deepEqual(paths.map(({ path }: { path: string }) => path), ["/proxy/a", "/proxy/broken"]);
  assert.match(await ok(instance, "analytics"), /^Requests: 3, 1 from the cache \(33\.3%\), 1 with errors$/m);
  const { status, body } = await instance.get("/api/cco/analytics?since=2100-01-01T00:00:00Z");
  assert.deepEqual([status, JSON.parse(body).requests], [200, 0]);
  assert.deepEqual(rowsOf(instance), ["GET /proxy/a 200 miss", "GET /proxy/a 200 hit", "GET /proxy/broken 500 miss"]);
});

Deno.test("S2 Analytics, S2 Graceful shutdown: a stop lets requests end and loses no row", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using origin = upstream(async ({ url }) => {
    if (url.endsWith("/slow")) await promise;
    return new Response("ok", { headers: { "cache-control": "no-store" } });
  });
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const slow = viaProxy(instance, "/slow");
  for (let count = 0; count < 50; count++) await (await viaProxy(instance, `/${count}`)).text();
  await until("it is at the upstream", () => origin.requests.includes("GET /slow"));
  signal(instance.pid(), "SIGTERM");
  let late = 0;
  await until("no more requests are taken", async () => {
    const response = await viaProxy(instance, "/late");
    if (await response.text() === "ok") late++;
    return response.status === 503;
  });
  resolve();
  assert.equal(await (await slow).text(), "ok");
  await until("it has ended", async () => (await instance.run(["daemon", "status"])).code === 3);
  const rows = rowsOf(instance);
  assert.equal(rows.length, 51 + late);
  assert.ok(rows.includes("GET /proxy/slow 200 miss"));
});

Deno.test("S2 Analytics: old requests become sums by the job rollup, and stay in the sums", async () => {
  await using origin = upstream(() => new Response("ok"));
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  await (await viaProxy(instance, "/a")).text();
  await ok(instance, "analytics");
  await ok(instance, "daemon", "stop");
  using database = new DatabaseSync(join(instance.home, "analytics.db"));
  database.exec("UPDATE cco_requests SET at = at - 8 * 86400000");
  await ok(instance, "daemon", "start");
  await ok(instance, "jobs", "run", "rollup", "--wait");
  assert.deepEqual(rowsOf(instance), []);
  assert.equal((await json(instance, "analytics", "--since", "20d")).requests, 1);
});

Deno.test("S2 Health Checks, S2 health_checks, S2 health_check_interval: /health knows the upstream, and stays healthy without it", async () => {
  await using instance = cco(`upstream = "http://127.0.0.1:1"\nhealth_check_interval = 1`);
  await ok(instance, "daemon", "start");
  const check = async () => JSON.parse((await instance.get("/health")).body).checks.upstream;
  const failed = await until("it has looked", async () => (await check())?.ok === false && await check());
  assert.deepEqual([failed.critical, /refused/.test(failed.error)], [false, true]);
  assert.equal((await instance.get("/health")).status, 200);
  await using origin = upstream(() => new Response());
  configure(instance, `upstream = "${origin.address}"\nhealth_check_interval = 1`);
  await ok(instance, "daemon", "reload");
  await until("the upstream is there", async () => (await check()).ok);
  configure(instance, `upstream = "http://127.0.0.1:1"\nhealth_checks = false`);
  await ok(instance, "daemon", "reload");
  await until("nobody looks", async () => (await check()).ok);
});

Deno.test("S2 health_check_interval: the upstream is looked at every so many seconds, whatever the pace of other checks", async () => {
  await using often = upstream(() => new Response());
  await using seldom = upstream(() => new Response());
  await using one = cco(`upstream = "${often.address}"\nhealth_check_interval = 1`);
  await using four = cco(`upstream = "${seldom.address}"\nhealth_check_interval = 4`);
  await Promise.all([ok(one, "daemon", "start"), ok(four, "daemon", "start")]);
  const [before, first] = [often.looks(), seldom.looks()];
  await until("three more looks", () => seldom.looks() >= first + 3, 60_000);
  const [more, looks] = [often.looks() - before, seldom.looks() - first];
  assert.ok(more >= 2 * looks, `${more} looks every second, ${looks} every four`);
});

Deno.test("S2 Configuration Hot-Reload: a watched file changes the upstream of the running proxy", async () => {
  await using one = upstream(() => new Response("one"));
  await using two = upstream(() => new Response("two"));
  const watched = "\n[daemon]\nwatch_config = true";
  await using instance = cco(`upstream = "${one.address}"${watched}`);
  await ok(instance, "daemon", "start");
  assert.equal(await (await viaProxy(instance, "/a")).text(), "one");
  const pid = instance.pid();
  configure(instance, `upstream = "${two.address}"${watched}`);
  await until("the new upstream answers", async () => (await (await viaProxy(instance, "/a")).text()) === "two");
  assert.equal(instance.pid(), pid);
});

Deno.test("S2 database_url: the account is kept where the address says, below the home or anywhere, and doctor looks there", async () => {
  await using origin = upstream(() => new Response("ok"));
  const elsewhere = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "cco-analytics-"));
  try {
    for (const address of ["deep/er/own.db", `${elsewhere}/made/own.sqlite`]) {
      await using instance = cco(`upstream = "${origin.address}"\ndatabase_url = "sqlite://${address}"`);
      const file = resolve(instance.home, address);
      await ok(instance, "daemon", "start");
      await (await viaProxy(instance, "/a")).text();
      await until("its row", async () => (await json(instance, "analytics")).requests === 1);
      assert.equal(JSON.parse((await instance.get("/health")).body).database.path, file);
      await ok(instance, "daemon", "stop");
      {
        using database = new DatabaseSync(file, { readOnly: true });
        assert.equal(database.prepare("SELECT count(*) AS n FROM cco_requests").get()?.n, 1);
      }
      assert.deepEqual([fs.statSync(file).mode & 0o777, fs.existsSync(join(instance.home, "analytics.db"))], [
        0o600,
        false,
      ]);
      fs.writeFileSync(file, "no database ".repeat(1000));
      assert.ok((await instance.run(["doctor"])).stdout.includes(file));
    }
  } finally {
    fs.rmSync(elsewhere, { recursive: true });
  }
});

Deno.test("S2 database_url: two daemons cannot keep their accounts in one database; the second is told, and can when the first is gone", async () => {
  await using origin = upstream(() => new Response("ok"));
  await using first = cco(`upstream = "${origin.address}"\ndatabase_url = "sqlite://own.db"`);
  await using second = cco(`upstream = "${origin.address}"\ndatabase_url = "sqlite://${join(first.home, "own.db")}"`);
  await ok(first, "daemon", "start");
  const { code, stderr } = await second.run(["daemon", "start"]);
  assert.equal(code, 75, stderr);
  assert.match(stderr, /^cco: cannot open ".*\/own\.db": another daemon keeps its runs in this database$/m);
  assert.match(stderr, /^hint: give each instance a database of its own$/m);
  const pid = first.pid();
  signal(pid, "SIGKILL");
  await until("the first is dead", () => !remains(pid));
  await ok(second, "daemon", "start");
});

Deno.test("S2 Analytics, S2 database_url: the database is in the home directory, and survives a kill -9", async () => {
  await using origin = upstream(() => new Response("ok"));
  await using instance = cco(`upstream = "${origin.address}"\ndatabase_url = "sqlite://analytics.db"`);
  await ok(instance, "daemon", "start");
  await (await viaProxy(instance, "/a")).text();
  assert.equal((await json(instance, "analytics")).requests, 1);
  assert.ok(fs.statSync(join(instance.home, "analytics.db")).isFile());
  signal(instance.pid(), "SIGKILL");
  await until("it is gone", () => instance.daemons().length === 0);
  await ok(instance, "daemon", "start");
  assert.equal((await json(instance, "analytics")).requests, 1);
});

Deno.test("S2 Caching proxy: every method passes, also without a body, and packed answers come out whole", async () => {
  const packed = new Blob(["hello ".repeat(100)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(packed).bytes();
  await using origin = upstream(({ method, url }) => {
    return url.endsWith("/packed")
      ? new Response(bytes, { headers: { "content-encoding": "gzip" } })
      : new Response(method, { status: method === "DELETE" ? 404 : 200 });
  });
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  for (const method of ["OPTIONS", "PATCH", "PROPFIND", "DELETE"]) {
    assert.equal(await (await viaProxy(instance, "/m", { method })).text(), method);
  }
  const head = await viaProxy(instance, "/m", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "4", ""]);
  for (const cache of ["miss", "hit"]) {
    const response = await viaProxy(instance, "/packed");
    assert.deepEqual([response.headers.get("x-cache"), (await response.text()).length], [cache, 600]);
  }
});

Deno.test("S2 Caching proxy: a body of many megabytes passes both ways, and is not kept", async () => {
  await using origin = upstream(async (request) => new Response((await request.blob()).stream()));
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const size = 20 * 1024 * 1024;
  const response = await viaProxy(instance, "/echo", { method: "POST", body: new Uint8Array(size).fill(7) });
  const back = await response.bytes();
  assert.ok(back.length === size && back.every((byte) => byte === 7));
  assert.equal((await json(instance, "analytics")).bytes, size);
});

Deno.test("S2 Caching proxy: the upstream hears that the client of an endless answer went away", async () => {
  let cancelled = false;
  await using origin = upstream(() => {
    const start = (to: ReadableStreamDefaultController<Uint8Array>) =>
      to.enqueue(new TextEncoder().encode("data: 1\n\n"));
    const body = new ReadableStream({ start, cancel: () => void (cancelled = true) });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const reader = (await viaProxy(instance, "/events")).body!.getReader();
  await reader.read();
  assert.equal((await json(instance, "cache", "stats")).under_way, 1);
  await reader.cancel();
  await until("the upstream has heard of it", () => cancelled);
  await until("it is recorded", async () => (await json(instance, "analytics")).requests === 1);
});

Deno.test("S2 Daemon Manager: the proxy is stopped and started as any program, while the daemon goes on", async () => {
  await using origin = upstream(() => new Response("ok"));
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  await ok(instance, "programs", "stop", "proxy");
  const response = await viaProxy(instance, "/a");
  assert.deepEqual([response.status, (await response.json()).error.hint], [503, "see: cco why proxy"]);
  assert.match(await ok(instance, "why", "proxy"), /cco programs stop/);
  const { code, stderr } = await instance.run(["cache", "stats"]);
  assert.deepEqual([code, stderr.split("\n")[0]], [69, "cco: cannot read the cache: the proxy does not run"]);
  await ok(instance, "programs", "start", "proxy");
  await until("it serves", async () => (await (await viaProxy(instance, "/a")).text()) === "ok");
});

Deno.test("S2 Analytics: without a daemon the commands say so, with 3; a time that is none is refused", async () => {
  await using instance = cco();
  for (const words of [["analytics"], ["cache", "stats"], ["cache", "clear"]]) {
    const { code, stderr } = await instance.run(words);
    assert.deepEqual([code, /not running/.test(stderr)], [3, true], words.join(" "));
  }
  await ok(instance, "daemon", "start");
  assert.equal((await instance.get("/api/cco/analytics?since=yesterday")).status, 400);
  assert.equal((await instance.run(["analytics", "--since", "long"])).code, 2);
  const cleared = await fetch(`http://127.0.0.1:${instance.port}/api/cco/cache/clear`, { method: "POST" });
  assert.deepEqual([cleared.status, (await cleared.json()).error.exit], [405, null], "not over TCP without a token");
});
