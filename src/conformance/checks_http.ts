import { type Check, expect, matches, same } from "./check.ts";

/** How often it is measured anew: a machine that has other work is no fault of the daemon. */
const ROUNDS = 5;

const BUILT_IN = ["/health", "/api/v1/status", "/metrics", "/"];

export const HTTP_CHECKS: readonly Check[] = [
  {
    id: "http.health",
    says: "GET /health is 200 with status, version, uptime, checks, database and migrations",
    async run(subject) {
      const pid = await subject.startWith("");
      const { status, body } = await subject.get("/health");
      same("status", status, 200);
      const health = JSON.parse(body);
      const keys = ["status", "version", "uptime_s", "pid", "checks", "database", "migrations", "shutdown"];
      same("missing keys", keys.filter((key) => !(key in health)), []);
      same("pid", health.pid, pid);
    },
  },
  {
    id: "http.fast",
    says: "GET /health takes less than 100 ms, in the median of 20",
    async run(subject) {
      await subject.startWith("");
      await subject.get("/health");
      let median = Infinity;
      for (let round = 0; round < ROUNDS && median >= 100; round++) {
        const times: number[] = [];
        for (let count = 0; count < 20; count++) times.push((await subject.get("/health")).ms);
        median = Math.min(median, times.sort((a, b) => a - b)[10] ?? Infinity);
      }
      expect(median < 100, `the median is ${Math.round(median)} ms`);
    },
  },
  {
    id: "http.probes",
    says: "GET /livez and /readyz are 200",
    source: "Kubernetes, liveness and readiness probes",
    async run(subject) {
      await subject.startWith("");
      for (const path of ["/livez", "/readyz"]) same(path, (await subject.get(path)).status, 200);
    },
  },
  {
    id: "http.metrics",
    says: "GET /metrics is in the text format of Prometheus",
    source: "Prometheus exposition format 0.0.4",
    async run(subject) {
      await subject.startWith("");
      const { status, body } = await subject.get("/metrics");
      same("status", status, 200);
      const bad = body.trimEnd().split("\n").filter((line) => !/^(#|[a-zA-Z_:][\w:]*(\{.*\})? \S+$)/.test(line));
      same("lines of another form", bad, []);
      matches("metrics", body, /^# TYPE /m);
    },
  },
  {
    id: "http.description",
    says: "GET /openapi.json describes the API under the program's name",
    source: "OpenAPI 3.1",
    async run(subject) {
      await subject.startWith("");
      const { openapi, info, paths } = JSON.parse((await subject.get("/openapi.json")).body);
      matches("version", openapi, /^3\.1/);
      matches("title", info.title, new RegExp(subject.name));
      expect("/health" in paths, "/health is not described");
    },
  },
  {
    id: "http.dashboard",
    says: "GET / is a page that needs nothing from elsewhere",
    async run(subject) {
      await subject.startWith("");
      const { status, body, headers } = await subject.get("/");
      same("status", status, 200);
      matches("type", headers["content-type"] ?? "", /text\/html/);
      expect(!/(src|href)="?https?:/.test(body), "the page loads something from elsewhere");
    },
  },
  {
    id: "http.host",
    says: "a Host that is not ours is refused",
    source: "RFC 9110, 7.4",
    async run(subject) {
      await subject.startWith("");
      for (const path of BUILT_IN) {
        for (const host of ["evil.example", `127.0.0.1.evil:${subject.port}`, "127.0.0.1:1"]) {
          const { status } = await subject.http({ path, headers: { Host: host } });
          expect(status === 421 || status === 403, `${path} with Host ${host} is ${status}`);
        }
      }
      const local = await subject.http({ path: "/health", headers: { Host: `localhost:${subject.port}` } });
      same("localhost", local.status, 200);
    },
  },
  {
    id: "http.origin",
    says: "requests of web pages are refused",
    source: "Fetch standard, Origin; Fetch Metadata",
    async run(subject) {
      await subject.startWith("");
      for (const path of BUILT_IN) {
        const origin = await subject.http({ path, headers: { Origin: "http://evil.example" } });
        const site = await subject.http({ path, headers: { "Sec-Fetch-Site": "cross-site" } });
        same(path, [origin.status, site.status], [403, 403]);
      }
    },
  },
  {
    id: "http.read-only",
    says: "over TCP nothing of the daemon can be changed",
    async run(subject) {
      const pid = await subject.startWith("");
      for (const path of [...BUILT_IN, "/api/v1/stop", "/api/v1/reload"]) {
        for (const method of ["POST", "PUT", "DELETE"]) {
          const { status } = await subject.http({ path, method, body: "{}" });
          expect([401, 403, 404, 405].includes(status), `${method} ${path} is ${status}`);
        }
      }
      expect(subject.isAlive(pid), "it was stopped");
    },
  },
  {
    id: "http.headers",
    says: "answers are not cached and not sniffed, and an unknown path is 404",
    async run(subject) {
      await subject.startWith("");
      const { headers } = await subject.get("/health");
      same("headers", [headers["cache-control"], headers["x-content-type-options"]], ["no-store", "nosniff"]);
      same("unknown path", (await subject.get("/no-such-path")).status, 404);
    },
  },
  {
    id: "http.taken-port",
    says: "a port that is taken is 69 and named, and nothing runs",
    async run(subject) {
      await subject.start("--name", "one", "--port", `${subject.port}`);
      const { code, stderr } = await subject.run(["start", "--name", "two", "--port", `${subject.port}`]);
      same("exit code", code, 69);
      matches("message", stderr, new RegExp(`${subject.port}`));
      same("status", (await subject.run(["status", "--name", "two"])).code, 3);
      await subject.run(["stop", "--name", "one"]);
    },
  },
  {
    id: "http.no-port",
    says: "with port 0 only the control socket answers",
    async run(subject) {
      await subject.startWith("[server]\nport = 0\n");
      const status = await subject.status();
      same("state and url", [status.state, status.url], ["ready", null]);
    },
  },
  {
    id: "http.bind",
    says: "another bind address needs a token",
    async run(subject) {
      subject.configure(`[server]\nbind = "0.0.0.0"\nport = ${subject.port}\n`);
      const { code, stderr } = await subject.run(["start"]);
      same("exit code", code, 78);
      matches("message", stderr, /token_file/);
    },
  },
  {
    id: "http.environment",
    says: "the runtime's own variables do not move the listener",
    async run(subject) {
      subject.configure("");
      const env = { DENO_SERVE_ADDRESS: `tcp:0.0.0.0:${subject.bench.freePort()}` };
      same("start", (await subject.run(["start"], { env })).code, 0);
      same("GET /health", (await subject.get("/health")).status, 200);
    },
  },
];
