import { type Check, expect, matches, same } from "./check.ts";

const PLACE = /config\.toml:\d+:\d+/;

/** Flawed files, with a word that the message has to have. */
const FLAWED: readonly (readonly [text: string, word: string])[] = [
  ["[server]\nport = 70000\n", "port"],
  ["[server]\nprot = 1\n", "port"],
  ['[server]\nport = "x"\n', "port"],
  ["[server\n", "config.toml"],
  ['[log]\nlevel = "loud"\n', "level"],
  ["[nothing]\n", "nothing"],
];

export const CONFIG_CHECKS: readonly Check[] = [
  {
    id: "config.errors",
    says: "a flaw is 78, with file, line and column, and without a stack; nothing was started",
    async run(subject) {
      for (const [text, word] of FLAWED) {
        subject.write("config.toml", text);
        const { code, stderr } = await subject.run(["start"]);
        same(`exit code for ${JSON.stringify(text)}`, code, 78);
        matches("message", stderr, PLACE);
        expect(stderr.includes(word), `the message lacks ${word}: ${stderr}`);
        expect(!stderr.includes("file:///"), "a stack is shown");
      }
      expect(!subject.exists("daemon.pid") && !subject.exists("daemon.log"), "something was begun");
    },
  },
  {
    id: "config.nearest",
    says: "an unknown key comes with the nearest known one",
    async run(subject) {
      subject.configure('[log]\nlevl = "info"\n');
      matches("message", (await subject.run(["config", "check"])).stderr, /level/);
    },
  },
  {
    id: "config.all-at-once",
    says: "all flaws of a file are told at once",
    async run(subject) {
      subject.configure('[log]\nlevel = "loud"\nmax_files = -1\n[daemon]\nshutdown_timeout = "soon"\n');
      const { code, stderr } = await subject.run(["config", "check"]);
      same("exit code", code, 78);
      for (const word of ["level", "max_files", "shutdown_timeout"]) matches("message", stderr, new RegExp(word));
    },
  },
  {
    id: "config.check",
    says: "config check is 0 for a good file and 78 for a bad one, and --config names any file",
    async run(subject) {
      subject.configure("");
      same("good", (await subject.run(["config", "check"])).code, 0);
      subject.write("other.toml", "[server]\nport = -1\n");
      same("bad", (await subject.run(["config", "check", "--config", `${subject.home}/other.toml`])).code, 78);
      same("absent", (await subject.run(["start", "--config", `${subject.home}/none.toml`])).code, 78);
    },
  },
  {
    id: "config.precedence",
    says: "command line > file > environment > default",
    async run(subject) {
      const { bench, port } = subject;
      const [variable, option] = [bench.freePort(), bench.freePort()];
      const env = { [subject.variable("SERVER_PORT")]: `${variable}` };
      const answers = async (words: readonly string[], wanted: number) => {
        same("start", (await subject.run(["start", ...words], { env })).code, 0);
        const answer = await subject.http({ path: "/health", port: wanted });
        await subject.run(["stop"]);
        return answer.status;
      };
      subject.configure("");
      same("the file wins over the variable", await answers([], port), 200);
      same("the option wins over the file", await answers(["--port", `${option}`], option), 200);
      subject.write("config.toml", "");
      same("the variable wins over the default", await answers([], variable), 200);
    },
  },
  {
    id: "config.explain",
    says: "config explain says which layer won, and where it stands",
    async run(subject) {
      subject.configure("");
      const { code, stdout } = await subject.run(["config", "explain", "server.port"]);
      same("exit code", code, 0);
      matches("answer", stdout, PLACE);
      matches("answer", stdout, new RegExp(`${subject.port}`));
    },
  },
  {
    id: "config.set",
    says: "config set changes one value, and keeps comments and everything else",
    async run(subject) {
      subject.configure("# first\n[log] # second\nlevel = 'info' # third\n");
      same("exit code", (await subject.run(["config", "set", "log.level", "debug"])).code, 0);
      const text = subject.read("config.toml");
      for (const word of ["# first", "# second", "# third", `port = ${subject.port}`]) {
        expect(text.includes(word), `the file has lost ${word}`);
      }
      same("get", (await subject.run(["config", "get", "log.level"])).stdout.trim(), "debug");
    },
  },
  {
    id: "config.set-refused",
    says: "config set refuses what does not fit with 78 or 2, and leaves the file alone",
    async run(subject) {
      subject.configure("");
      const before = subject.read("config.toml");
      same("bad value", (await subject.run(["config", "set", "log.level", "loud"])).code, 78);
      same("unknown key", (await subject.run(["config", "set", "log.levl", "info"])).code, 2);
      same("file", subject.read("config.toml"), before);
    },
  },
  {
    id: "config.init",
    says: "config init writes a commented file that config check accepts, and never over another",
    async run(subject) {
      same("init", (await subject.run(["config", "init"])).code, 0);
      matches("file", subject.read("config.toml"), /^# /m);
      same("check", (await subject.run(["config", "check"])).code, 0);
      subject.configure("# mine\n");
      const { code } = await subject.run(["config", "init"]);
      expect(code !== 0 && subject.read("config.toml").includes("# mine"), "it wrote over a file");
    },
  },
  {
    id: "config.list",
    says: "config list, path and schema work without a daemon",
    async run(subject) {
      subject.configure("");
      matches("list", (await subject.run(["config", "list"])).stdout, /^(server\.)?port\b/m);
      same("path", (await subject.run(["config", "path"])).stdout.trim(), `${subject.home}/config.toml`);
      const schema = JSON.parse((await subject.run(["config", "schema"])).stdout);
      expect("server" in schema.properties, "the schema lacks [server]");
    },
  },
  {
    id: "config.not-text",
    says: "a configuration that is no UTF-8, a directory or a FIFO is told, and nothing hangs",
    async run(subject) {
      const path = `${subject.home}/config.toml`;
      for (const make of [`printf 'a = "\\377"' >'${path}'`, `mkdir '${path}'`, `mkfifo '${path}'`]) {
        await subject.shell(`mkdir -p '${subject.home}'; rm -rf '${path}'; ${make}`);
        const { code, stderr } = await subject.run(["start"], { limitMs: 30_000 });
        same(`exit code after ${make.split(" ")[0]}`, code, 78);
        matches("message", stderr, /config\.toml/);
      }
    },
  },
];
