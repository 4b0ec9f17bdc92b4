// deno-lint-ignore-file no-console -- the measured figures belong into the log of the suite
/** What `appd generate` makes, judged by the tools that will read it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Secret } from "kubernetes-models/v1/Secret";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { parse, parseAllDocuments } from "yaml";
import { fakeDefinition, HOSTILE } from "../../src/service/fake_definition.ts";
import { commandWords, type Kind, type ServiceDefinition } from "../../src/service/definition.ts";
import { render } from "../../src/service/render.ts";
import { unpack } from "../support/debian_packages.ts";

const SYSTEMD_ANALYZE = "/usr/bin/systemd-analyze";
const LOGROTATE = "/usr/sbin/logrotate";

interface Ran {
  readonly code: number;
  readonly text: string;
}

function run(program: string, ...args: string[]): Ran {
  const { code, stdout, stderr } = new Deno.Command(program, {
    args,
    env: { LC_ALL: "C.UTF-8", XDG_RUNTIME_DIR: Deno.env.get("TMPDIR") ?? "/tmp" }, // A directory is made in it.
  }).outputSync();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** A directory with files of a service in it, and a program in a directory whose name needs escaping. */
function placed(kind: Kind, more: Partial<ServiceDefinition> = {}) {
  const directory = fs.mkdtempSync("/tmp/appd-formats-");
  const odd = join(directory, "a  b %i $HOME é;");
  fs.mkdirSync(odd);
  fs.symlinkSync("/bin/true", join(odd, "appd"));
  const files = render(kind, fakeDefinition({ binary: join(odd, "appd"), ...more }));
  for (const { name, text, mode } of files) {
    fs.mkdirSync(join(directory, name, ".."), { recursive: true });
    fs.writeFileSync(join(directory, name), text, { mode });
  }
  const names = files.map(({ name }) => join(directory, name));
  return { directory, names, first: names[0] ?? "", [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true }) };
}

function tool(path: string): { ignore: boolean; skipped: string } {
  const ignore = !fs.existsSync(path);
  return { ignore, skipped: ignore ? ` (skipped: no ${path})` : "" };
}

/** Most exposure that a profile may have, in the tenths that `--threshold` takes. */
const LIMITS = { dedicated: 14, root: 30, jobs: 10 } as const;

const analyze = tool(SYSTEMD_ANALYZE);
for (const profile of ["dedicated", "root", "jobs"] as const) {
  Deno.test({
    name: `systemd: exposure of the profile ${profile} is at most ${LIMITS[profile] / 10}${analyze.skipped}`,
    ignore: analyze.ignore,
    fn() {
      const user = profile === "root" ? undefined : "daemon";
      using unit = placed("systemd", { profile, user, configFile: "/etc/appd/config.toml", binary: "/bin/true" });
      const security = ["security", "--offline=true", "--no-pager"];
      const judged = run(SYSTEMD_ANALYZE, ...security, `--threshold=${LIMITS[profile]}`, unit.first);
      const exposure = /exposure level for \S+: ([\d.]+)/.exec(judged.text)?.[1];
      console.log(`exposure of the profile ${profile}: ${exposure}`);
      assert.equal(judged.code, 0, judged.text);
      assert.equal(run(SYSTEMD_ANALYZE, ...security, "--threshold=1", unit.first).code, 1, "the limit is looked at");
    },
  });
}

Deno.test({
  name: `systemd: verify has nothing to say about any unit, with hostile names as well${analyze.skipped}`,
  ignore: analyze.ignore,
  fn() {
    const cases: readonly (readonly [Kind, Partial<ServiceDefinition>])[] = [
      ["systemd", { user: "daemon" }],
      ["systemd", { user: "daemon", profile: "jobs", keepPrograms: true }],
      ["systemd", { user: undefined, profile: "root", home: HOSTILE, configFile: HOSTILE, env: { A: HOSTILE } }],
      ["systemd", { user: undefined, profile: "plain", description: HOSTILE }],
      ["systemd-user", { profile: "plain", userHome: HOSTILE, home: `${HOSTILE}/.appd` }],
      ["systemd-user", { profile: "dedicated", userHome: "/home/me", home: "/srv/x" }],
    ];
    for (const [kind, more] of cases) {
      using unit = placed(kind, more);
      const manager = kind === "systemd-user" ? "--user" : "--system";
      assert.deepEqual(run(SYSTEMD_ANALYZE, "verify", "--man=no", manager, unit.first), { code: 0, text: "" });
    }
    using template = placed("systemd-template", { user: "daemon" });
    const instance = template.first.replace("@.", "@web.");
    assert.deepEqual(run(SYSTEMD_ANALYZE, "verify", "--man=no", instance), { code: 0, text: "" });
    using wrong = placed("systemd", { user: "daemon" });
    fs.appendFileSync(wrong.first, "\n[Service]\nNoSuchSetting=1\n");
    assert.match(run(SYSTEMD_ANALYZE, "verify", wrong.first).text, /NoSuchSetting/, "verify would say so");
  },
});

const rotate = tool(LOGROTATE);
Deno.test({
  name: `logrotate moves the logs of a hostile home and signals${rotate.skipped}`,
  ignore: rotate.ignore || Deno.uid() !== 0,
  async fn() {
    const directory = fs.mkdtempSync("/tmp/appd-logrotate-");
    const home = join(directory, `a  b %i $HOME 'q' "Q" é`);
    const logs = [join(home, "daemon.log"), join(home, "programs/*/output.log")];
    fs.mkdirSync(join(home, "programs/web"), { recursive: true, mode: 0o700 });
    for (const log of ["daemon.log", "programs/web/output.log"]) fs.writeFileSync(join(home, log), "line\n");
    const got = join(directory, "got");
    const waiting = `trap 'echo > "$1"; exit 0' USR2; echo ready; while :; do sleep 0.05; done`;
    const child = new Deno.Command("/bin/sh", { args: ["-c", waiting, "sh", got], stdout: "piped" }).spawn();
    try {
      const reader = child.stdout.getReader();
      await reader.read(); // It listens.
      await reader.cancel();
      fs.writeFileSync(join(home, "daemon.pid"), `${child.pid}\n`);
      using file = placed("logrotate", { home, logs, user: undefined });
      fs.chmodSync(file.first, 0o600);
      const { code, text } = run(LOGROTATE, "--force", "--state", join(directory, "state"), file.first);
      assert.deepEqual({ code, text }, { code: 0, text: "" });
      assert.ok((await child.status).success && fs.existsSync(got), "signalled");
      for (const log of ["daemon.log.1", "programs/web/output.log.1"]) assert.ok(fs.existsSync(join(home, log)), log);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  },
});

Deno.test("Kubernetes: each document keeps to the schema of its kind, and the probes to the endpoints", () => {
  const more = { home: HOSTILE, configFile: HOSTILE, name: "appd-My_Web.1", instance: "My_Web.1", env: { A: HOSTILE } };
  for (const definition of [fakeDefinition(), fakeDefinition(more), fakeDefinition({ port: 0 })]) {
    const text = render("kubernetes", definition)[0]?.text ?? "";
    const [config, secret, deployment] = parseAllDocuments(text).map((document) => document.toJS());
    new ConfigMap(config).validate();
    new Secret(secret).validate();
    new Deployment(deployment).validate();
    const [container] = deployment.spec.template.spec.containers;
    assert.equal(container.startupProbe.httpGet.path, "/livez");
    assert.equal(container.livenessProbe.httpGet.path, "/livez");
    assert.equal(container.readinessProbe.httpGet.path, "/readyz");
    const { containerPort } = container.ports[0];
    assert.match(config.data["config.toml"], new RegExp(`bind = "0.0.0.0"\nport = ${containerPort}\ntoken_file`));
    assert.match(deployment.metadata.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    const { selector, template } = deployment.spec;
    assert.deepEqual(template.metadata.labels, selector.matchLabels);
    assert.throws(() => new Deployment({ ...deployment, spec: { ...deployment.spec, replicas: "one" } }).validate());
  }
  const [, , hostile] = parseAllDocuments(render("kubernetes", fakeDefinition(more))[0]?.text ?? "");
  const words: string[] = hostile?.toJS().spec.template.spec.containers[0].command;
  const unescaped = words.map((word) => word.replaceAll("$$(", "$("));
  assert.equal(unescaped.shift(), "/usr/local/bin/appd-init");
  assert.deepEqual(unescaped, commandWords(fakeDefinition(more), "run"));
});

Deno.test("Compose: one service with a health check by the binary itself, every $ doubled", () => {
  const definition = fakeDefinition({ home: HOSTILE });
  const { services } = parse(render("compose", definition)[0]?.text ?? "");
  const { appd } = services;
  const unescape = (words: string[]) => words.map((word) => word.replaceAll("$$", "$"));
  const told = { ...definition, configFile: "/etc/appd/config.toml" };
  const words = unescape([...appd.entrypoint, ...appd.command]);
  assert.deepEqual(words, ["/usr/local/bin/appd-init", ...commandWords(told, "run")]);
  assert.deepEqual(unescape(appd.healthcheck.test), ["CMD", ...commandWords(told, "health")]);
  assert.equal(appd.stop_grace_period, "45s");
});

/** The property list tool of libplist-utils, which is Apple's plutil elsewhere. */
function plutil(root: string, ...args: string[]): Ran {
  const loader = `${root}/usr/lib/${Deno.build.arch}-linux-gnu`;
  const options = { args, env: { LD_LIBRARY_PATH: loader } };
  const { code, stdout, stderr } = new Deno.Command(`${root}/usr/bin/plistutil`, options).outputSync();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** The texts below one key of a property list. */
function strings(xml: string, key: string): string[] {
  const [, inner = ""] = new RegExp(`<key>${key}</key>\\s*<(?:array|dict)>(.*?)</(?:array|dict)>`, "s").exec(xml) ?? [];
  const unescape = (text: string) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return [...inner.matchAll(/<string>([^<]*)<\/string>/g)].map(([, text = ""]) => unescape(text));
}

Deno.test("launchd: plutil reads the property list, hostile words whole", async (test) => {
  const packages = await unpack(["libplist-utils", "libplist3"]);
  await test.step({
    name: typeof packages === "string" ? `plutil (skipped: ${packages})` : "plutil",
    ignore: typeof packages === "string",
    fn() {
      if (typeof packages === "string") return;
      using unpacked = packages;
      const definition = { home: HOSTILE, binary: `${HOSTILE}/appd`, env: { A: HOSTILE } };
      for (const kind of ["launchd", "launchd-agent"] as const) {
        using file = placed(kind, { ...definition, userHome: "/Users/me" });
        const binary = plutil(unpacked.root, "-i", file.first, "-f", "bin", "-o", `${file.first}.bin`);
        assert.deepEqual(binary, { code: 0, text: "" });
        const { text } = plutil(unpacked.root, "-i", `${file.first}.bin`, "-f", "xml");
        assert.deepEqual(strings(text, "ProgramArguments"), commandWords(fakeDefinition(definition), "run"));
        assert.deepEqual(strings(text, "EnvironmentVariables"), ["file", HOSTILE]);
        assert.match(text, /<key>RunAtLoad<\/key>\s*<true\/>/);
        assert.match(text, /<key>KeepAlive<\/key>\s*<dict>\s*<key>SuccessfulExit<\/key>\s*<false\/>/);
        assert.match(text, /<key>ExitTimeOut<\/key>\s*<integer>45</);
        assert.equal(text.includes("<key>UserName</key>"), kind === "launchd");
      }
    },
  });
});
