import fs from "node:fs";
import { join } from "node:path";
import type { BoundedResult } from "../../system/bounded_command.ts";
import { type Files, systemFiles } from "../../system/files.ts";
import { realSystem } from "../../system/system.ts";
import { type ContextInput, createContext } from "../context.ts";
import type { ServiceWorld } from "./ports.ts";

/** A host that is a directory, with a service manager that remembers what it is told. */
export interface FakeWorld extends ServiceWorld, Disposable {
  /** Where a path of that host is on this one. */
  at(path: string): string;
  write(path: string, text: string, mode?: number): void;
  read(path: string): string;
  exists(path: string): boolean;
  /** Command lines that were run, without the questions. */
  readonly told: string[];
  /** What the manager says of the unit; tests change it. */
  readonly unit: Record<string, string>;
  /** What the host's manager says of the user's, one state after the other; the last one stays. Default: it runs. */
  readonly userManager: string[];
  /** Command lines that fail, by a word in them, with their stderr. */
  readonly fails: Map<string, string>;
  /** The same host for another command line. */
  with(input: Partial<ContextInput>): FakeWorld;
}

interface FakeWorldOptions {
  readonly uid?: number;
  readonly env?: Record<string, string>;
  readonly platform?: "linux" | "darwin" | "freebsd";
  /** Default: systemd runs. */
  readonly runs?: "systemd" | "openrc" | "none";
  readonly input?: Partial<ContextInput>;
}

/** Files below a directory, called as if it were `/`. */
function filesBelow(root: string): Files {
  const at = (path: string) => path.startsWith(root) ? path : join(root, path);
  const mapped: Partial<Files> = {
    rename: (from, to) => systemFiles.rename(at(from), at(to)),
    link: (from, to) => systemFiles.link(at(from), at(to)),
    realPath: (path) => systemFiles.realPath(at(path)).slice(root.length) || "/",
  };
  const byPath = ["open", "stat", "unlink", "makeDirectory", "removeDirectory", "list", "readText", "chmod"] as const;
  const first = [...byPath, "fsyncDirectory"].map((name) => {
    const call = systemFiles[name as "chmod"];
    return [name, (path: string, mode: number) => call(at(path), mode)] as const;
  });
  return { ...systemFiles, ...Object.fromEntries(first), ...mapped };
}

export function fakeWorld(options: FakeWorldOptions = {}): FakeWorld {
  const { uid = 0, env = {}, platform = "linux", runs = "systemd", input = {} } = options;
  const root = fs.realpathSync(fs.mkdtempSync("/tmp/appd-service-"));
  const homeDirectory = uid === 0 ? "/root" : "/home/u";
  for (const directory of ["/etc/systemd/system", "/usr/local/bin", homeDirectory, "/run/user/1000/systemd/private"]) {
    fs.mkdirSync(join(root, directory), { recursive: true });
  }
  if (runs !== "none") {
    fs.mkdirSync(join(root, runs === "systemd" ? "/run/systemd/system" : "/run/openrc"), { recursive: true });
  }
  fs.writeFileSync(join(root, "/usr/local/bin/appd"), "", { mode: 0o755 });
  const real = realSystem();
  const host = { ...real.host, uid, env, platform, homeDirectory, cwd: () => "/", self: ["/usr/local/bin/appd"] };
  const system = { ...real, files: filesBelow(root), host };
  const told: string[] = [];
  const unit: Record<string, string> = { ActiveState: "inactive", UnitFileState: "disabled", MainPID: "0" };
  const userManager = ["active"];
  const fails = new Map<string, string>();
  const accounts = new Set(["nobody"]);
  const at = (path: string) => join(root, path);
  const answer = (code: number, stdout: string, stderr: string): BoundedResult => ({
    ...{ code, stderr, cut: null },
    stdout: new TextEncoder().encode(stdout),
  });
  const run: ServiceWorld["run"] = ({ command }) => {
    const line = command.filter((word) => !word.startsWith("--no-")).join(" ");
    if (/^user@\d+\.service$/.test(command.at(-1) ?? "")) {
      const [state = ""] = userManager.length > 1 ? userManager.splice(0, 1) : userManager;
      return Promise.resolve(answer(0, `ActiveState=${state}\nJob=0\n`, ""));
    }
    if (command.includes("show")) {
      return Promise.resolve(answer(0, Object.entries(unit).map(([key, value]) => `${key}=${value}\n`).join(""), ""));
    }
    told.push(line);
    const failure = [...fails].find(([word]) => line.includes(word));
    if (failure !== undefined) return Promise.resolve(answer(1, "", failure[1]));
    remember(line);
    return Promise.resolve(answer(0, "", ""));
  };
  const remember = (line: string) => {
    const words = line.split(" ");
    if (words[0] === "systemd-sysusers") accounts.add(words[3] ?? "");
    if (words[0] === "useradd") accounts.add(words.at(-1) ?? "");
    if (words.includes("enable")) unit.UnitFileState = "enabled";
    if (words.includes("disable")) unit.UnitFileState = "disabled";
    if (words.includes("start")) unit.ActiveState = "active";
    if (words.includes("stop")) unit.ActiveState = "inactive";
    const linger = at(`/var/lib/systemd/linger/${words.at(-1)}`);
    if (words.includes("enable-linger")) {
      fs.mkdirSync(at("/var/lib/systemd/linger"), { recursive: true });
      fs.writeFileSync(linger, "");
    }
    if (words.includes("disable-linger")) fs.rmSync(linger);
  };
  const make = (more: Partial<ContextInput>): FakeWorld => ({
    ...{ program: more.app?.product.name ?? "appd", run, told, unit, userManager, fails, at },
    context: createContext({ flags: {}, ...more, system }),
    account: (name) =>
      accounts.has(name) ? { uid: 65534, gid: 65534, name, home: "/", shell: "/bin/false" } : undefined,
    closedPart: () => undefined,
    write(path, text, mode = 0o644) {
      fs.mkdirSync(join(at(path), ".."), { recursive: true });
      fs.writeFileSync(at(path), text);
      fs.chmodSync(at(path), mode);
    },
    read: (path) => fs.readFileSync(at(path), "utf8"),
    exists: (path) => fs.existsSync(at(path)),
    with: make,
    [Symbol.dispose]: () => fs.rmSync(root, { recursive: true, force: true }),
  });
  return make(input);
}
