import { join } from "node:path";
import { until } from "./instance.ts";

/** One datagram of sd_notify(3) as the receiver saw it. */
export interface Heard {
  /** Who sent it, by the kernel's word. */
  readonly pid: number;
  /** CLOCK_MONOTONIC in microseconds at its receipt. */
  readonly at: bigint;
  readonly lines: readonly string[];
}

/** The runtime cannot bind an abstract socket, and has neither credentials nor the kernel's clock. */
const LISTENER = `
import json, socket, struct, sys, time
address = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind("\\0" + address[1:] if address[0] == "@" else address)
print("listening", flush=True)
while True:
    data, extra, _, _ = s.recvmsg(65536, 256)
    at = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    pid = struct.unpack("3i", extra[0][2])[0]
    print(json.dumps({"pid": pid, "at": str(at), "lines": data.decode().split("\\n")}), flush=True)
`;

/** Whether this machine has what the listener needs. */
export function canListen(): boolean {
  try {
    return new Deno.Command("python3", { args: ["-c", "import socket"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A service manager's end of sd_notify(3). */
export class NotifyListener implements AsyncDisposable {
  readonly heard: Heard[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  private constructor(readonly address: string, child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /** Listens at a path under `directory`, or in the abstract namespace. */
  static async open(kind: "path" | "abstract", directory: string): Promise<NotifyListener> {
    const address = kind === "path" ? join(directory, "notify.sock") : `@appd-test-${crypto.randomUUID()}`;
    const child = new Deno.Command("python3", { args: ["-c", LISTENER, address], stdin: "null", stdout: "piped" })
      .spawn();
    const listener = new NotifyListener(address, child);
    await until("the listener", () => listener.#listening);
    return listener;
  }

  #listening = false;

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    }
  }

  #take(line: string): void {
    if (line === "listening") return void (this.#listening = true);
    const { pid, at, lines } = JSON.parse(line);
    this.heard.push({ pid, at: BigInt(at), lines });
  }

  /** First lines of what was heard, without what only says that we live and how we are. */
  get happenings(): string[] {
    return this.heard.map(({ lines }) => lines[0] ?? "").filter((line) => /^(READY|RELOADING|STOPPING)=1$/.test(line));
  }

  /** The text of the last STATUS. */
  get status(): string {
    return this.heard.flatMap(({ lines }) => lines).filter((line) => line.startsWith("STATUS=")).at(-1)?.slice(7) ?? "";
  }

  count(line: string): number {
    return this.heard.filter(({ lines }) => lines.includes(line)).length;
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended.
    }
    await this.#child.status;
    await this.#reading;
  }
}
