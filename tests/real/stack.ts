/** nginx in front of a node server that needs redis and PostgreSQL, and a script that daemonizes a child of its own. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance } from "../support/instance.ts";
import { serverPorts } from "../support/ports.ts";

const NGINX = "/usr/sbin/nginx";
const REDIS = "/usr/bin/redis-server";
const NODE = "/usr/bin/node";
const CURL = "/usr/bin/curl";
const POSTGRES = "/usr/lib/postgresql";

/** Directory of PostgreSQL's newest programs as Debian has them; undefined when there are none. */
function postgresPrograms(): string | undefined {
  if (!fs.existsSync(POSTGRES)) return undefined;
  const versions = fs.readdirSync(POSTGRES).map(Number).sort((a, b) => b - a);
  return versions.map((version) => `${POSTGRES}/${version}/bin`).find((path) => fs.existsSync(`${path}/postgres`));
}

/** What the stack needs and this machine has not; empty when it can be tested. */
export function missing(): string[] {
  const files = [NGINX, REDIS, NODE, CURL].filter((path) => !fs.existsSync(path));
  const postgres = postgresPrograms() === undefined ? ["PostgreSQL"] : [];
  const root = Deno.uid() === 0 ? [] : ["root, who may start programs as postgres"];
  return [...files, ...postgres, ...root];
}

/** Runs a command as the user postgres. @returns stdout @throws Error with stderr when it fails */
function asPostgres(command: readonly string[], cwd: string): string {
  const user = ["--reuid=postgres", "--regid=postgres", "--init-groups"];
  const { success, stdout, stderr } = new Deno.Command("setpriv", { args: [...user, ...command], cwd }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${command.join(" ")}: ${text(stderr)}`);
  return text(stdout);
}

/** Instances that the node server can be scaled to. */
const MOST = 3;

/** An instance of appd with the files, ports and configuration of the stack; disposing ends and removes all of it. */
export class Stack implements AsyncDisposable {
  readonly instance = new Instance();
  readonly #programs = postgresPrograms() ?? "";
  /** Not in the home: the user postgres has no way into a directory under it. */
  readonly #database = fs.mkdtempSync("/tmp/appd-postgres-");
  readonly #redis = serverPorts();
  readonly #postgres = serverPorts();
  readonly #node = serverPorts(MOST);
  readonly #nginx = serverPorts();
  /** What the writers wrote, by their own account. */
  readonly ledger = join(this.instance.home, "ledger");

  constructor() {
    this.#initDatabase();
    this.#writeNginx();
    this.#writeScripts();
    this.configure();
  }

  get redisPort(): number {
    return this.#redis;
  }

  /** Answered by nginx itself. */
  page(number: number): string {
    return `http://127.0.0.1:${this.#nginx}/n/${number}`;
  }

  /** Answered by any instance of the node server. */
  get app(): string {
    return `http://127.0.0.1:${this.#nginx}/app`;
  }

  /** Answered by one instance of the node server; numbers from 1 on. */
  node(number: number, path = "/"): string {
    return `http://127.0.0.1:${this.#node + number - 1}${path}`;
  }

  /** What psql prints for a query. */
  query(sql: string): string {
    const where = ["-h", "127.0.0.1", "-p", `${this.#postgres}`, "-U", "postgres"];
    return asPostgres([`${this.#programs}/psql`, ...where, "-qtAX", "-c", sql], "/").trim();
  }

  /** Writes the configuration. @param mode a variable of the script, to have something to change */
  configure(mode = "first"): void {
    const { home } = this.instance;
    const [redis, postgres, node] = [`${this.#redis}`, `${this.#postgres}`, `${this.#node}`];
    const server = [NODE, new URL("stack_server.mjs", import.meta.url).pathname, node, redis, postgres, this.ledger];
    const words = (command: readonly string[]) => JSON.stringify(command);
    this.instance.write(`
[[program]]
name = "nginx"
command = ${words([NGINX, "-c", join(home, "nginx.conf"), "-e", "stderr"])}
stop_signal = "QUIT"
depends_on = { node = "ready" }
ready = { http = "http://127.0.0.1:${this.#nginx}/n/probe", period = "200ms" }
log = { rotate_size = "64KiB", max_files = 1000 }

[[program]]
name = "node"
command = ${words(server)}
depends_on = { redis = "ready", postgres = "ready" }
ready = { exec = ["/bin/sh", "-c", "exec ${CURL} -fs http://127.0.0.1:$((${node} + APPD_INSTANCE - 1))/"], period = "200ms" }
log = { rotate_size = "64KiB", max_files = 1000 }

[[program]]
name = "redis"
command = ${words([REDIS, "--port", redis, "--bind", "127.0.0.1", "--dir", home, "--daemonize", "no", "--save", ""])}
ready = { tcp = "127.0.0.1:${redis}", period = "200ms" }

[[program]]
name = "postgres"
command = ${words([`${this.#programs}/postgres`, "-D", join(this.#database, "data"), ...this.#postgresOptions()])}
user = "postgres"
cwd = "${this.#database}"
stop_signal = "INT"
ready = { exec = ["${this.#programs}/pg_isready", "-q", "-h", "127.0.0.1", "-p", "${postgres}"], period = "200ms" }

[[program]]
name = "script"
command = ${words(["/bin/sh", join(home, "script.sh"), this.ledger, home])}
env = { MODE = "${mode}" }
log = { rotate_size = "64KiB", max_files = 1000 }
`);
  }

  /** Fast, not durable: nothing here tests the database. Its socket stays out of /run, which may be a live server's. */
  #postgresOptions(): string[] {
    const settings = [`listen_addresses=127.0.0.1`, `unix_socket_directories=${this.#database}`, "fsync=off"];
    return ["-p", `${this.#postgres}`, ...settings.flatMap((setting) => ["-c", setting])];
  }

  #initDatabase(): void {
    fs.chownSync(this.#database, Number(asPostgres(["id", "-u"], "/")), Number(asPostgres(["id", "-g"], "/")));
    const data = join(this.#database, "data");
    const flags = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--username=postgres"];
    asPostgres([`${this.#programs}/initdb`, "-D", data, ...flags], this.#database);
  }

  #writeNginx(): void {
    const dir = this.instance.home;
    const upstream = Array.from({ length: MOST }, (_, i) => `server 127.0.0.1:${this.#node + i} max_fails=0;`);
    const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
      `${name}_temp_path ${dir}/t_${name};`
    );
    fs.writeFileSync(
      join(dir, "nginx.conf"),
      `daemon off; pid ${dir}/nginx.pid; error_log stderr; user root; worker_processes 2;
events {} http { log_format n '$request_uri $status'; access_log /dev/stdout n; ${temp.join(" ")}
upstream node { ${upstream.join(" ")} }
server { listen 127.0.0.1:${this.#nginx};
location /n/ { return 200 "ok\\n"; } location /app { proxy_pass http://node; proxy_connect_timeout 1s; } } }\n`,
    );
  }

  /** The child daemonizes as daemons of old do: fork, setsid, fork. It ignores HUP and keeps its parent's stdout. */
  #writeScripts(): void {
    const { home } = this.instance;
    const loop = (name: string) =>
      `i=0; while :; do echo "${name} $$ $i"; echo "${name} $$ $i" >>"$1"; i=$((i + 1)); sleep 0.01; done`;
    fs.writeFileSync(join(home, "daemonized.sh"), `trap '' HUP\n${loop("daemonized")}\n`);
    fs.writeFileSync(
      join(home, "script.sh"),
      `setsid /bin/sh -c '/bin/sh "$2/daemonized.sh" "$1" &' sh "$1" "$2"\n${loop("script")}\n`,
    );
  }

  /** How each program's main process, and the script's daemon, can be told from all other processes by its title. */
  get titles(): ReadonlyMap<string, string> {
    const { home } = this.instance;
    return new Map([
      ["nginx", `nginx: master process ${NGINX} -c ${home}/`],
      ["redis", `${REDIS} 127.0.0.1:${this.#redis}`],
      ["postgres", `${this.#programs}/postgres -D ${this.#database}/`],
      ["node", `${NODE} ${new URL("stack_server.mjs", import.meta.url).pathname} ${this.#node} `],
      ["script", `/bin/sh ${home}/script.sh `],
      ["daemonized", `/bin/sh ${home}/daemonized.sh `],
    ]);
  }

  /** Text that stands in the title of every process of the stack, its workers included, or in their working directory. */
  get marks(): readonly string[] {
    return [this.instance.home, this.#database, `127.0.0.1:${this.#redis}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.instance[Symbol.asyncDispose]();
    fs.rmSync(this.#database, { recursive: true, force: true });
  }
}
