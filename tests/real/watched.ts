import fs from "node:fs";
import { join } from "node:path";
import { PLAIN_GIT } from "../support/git.ts";
import { Instance, until } from "../support/instance.ts";

const WORDS = `
commit() { git commit -q --allow-empty -m "$1"; }
`;

/** A daemon that follows one repository, made by the real git, with a job that writes down what it is told. */
export class Watched implements AsyncDisposable {
  readonly instance = new Instance();
  readonly path = join(this.instance.home, "repo");

  /** @param script makes the repository in the home @param settings more lines of its section */
  constructor(script: string, settings = "") {
    this.sh(script, this.instance.home);
    const told = join(this.instance.home, "told");
    const command = `echo "$APPD_GIT_EVENT $APPD_GIT_BRANCH $APPD_GIT_SUBJECT" >> ${told}`;
    this.instance.write(`
[[job]]
name = "note"
command = ["/bin/sh", "-c", ${JSON.stringify(command)}]

[[repository]]
name = "repo"
path = "${this.path}"
job = "note"
${settings}
`);
  }

  env(): Record<string, string> {
    const who = { NAME: "Ann", EMAIL: "ann@example.org" };
    const own = Object.entries(who).flatMap(([key, value]) =>
      ["AUTHOR", "COMMITTER"].map((role): [string, string] => [`GIT_${role}_${key}`, value])
    );
    return this.instance.env({ ...PLAIN_GIT, ...Object.fromEntries(own) });
  }

  /** Runs lines of sh in the repository, with `commit MESSAGE`, and waits for them. */
  sh(script: string, cwd = this.path): void {
    const args = ["-euc", WORDS + script];
    const { success, stderr } = new Deno.Command("/bin/sh", { args, cwd, clearEnv: true, env: this.env() })
      .outputSync();
    if (!success) throw new Error(`the script failed:\n${script}\n${new TextDecoder().decode(stderr)}`);
  }

  /** Runs them and does not wait. */
  begin(script: string): Deno.ChildProcess {
    const args = ["-euc", WORDS + script];
    return new Deno.Command("/bin/sh", { args, cwd: this.path, clearEnv: true, env: this.env() }).spawn();
  }

  /** Starts the daemon, and waits for its first look. */
  async start(): Promise<void> {
    await this.instance.start();
    await until("the repository was looked at", async () => (await this.repository()).watching !== null);
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async repository(): Promise<any> {
    return (await this.instance.status()).repositories[0];
  }

  /** `kind branch subject` of every run, in the order of the runs. */
  told(): readonly string[] {
    return linesOf(join(this.instance.home, "told"));
  }

  /** Lines of commit.log. */
  logged(): readonly string[] {
    return linesOf(join(this.instance.home, "commit.log"));
  }

  /** What each run of the history was for, and how it ended. */
  async runs(): Promise<readonly { readonly detail: string; readonly state: string }[]> {
    const { stdout } = await this.instance.run(["jobs", "history", "note", "--all", "--json"]);
    return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.instance[Symbol.asyncDispose]();
  }
}

function linesOf(path: string): readonly string[] {
  if (!fs.existsSync(path)) return [];
  return fs.readFileSync(path, "utf8").split("\n").filter((line) => line !== "");
}
