import { runBounded } from "./bounded_command.ts";

/** The way to a socket of sd_notify(3). */
export interface NotifySocket extends Disposable {
  /**
   * Sends one datagram. Waits while the receiver's buffer is full; disposing does not cut that short.
   *
   * @throws Error with an errno `code` where there is one (nobody listens, the socket is gone)
   */
  send(text: string): Promise<void>;
}

/**
 * Opens the way to `address` as NOTIFY_SOCKET names it: an absolute path, or a name of unix(7)'s abstract namespace after
 * an `@`. Undefined when it is neither.
 */
export function openNotifySocket(address: string): NotifySocket | undefined {
  if (address.startsWith("/")) return toPath(address);
  return address.startsWith("@") && address.length > 1 ? toAbstract(address) : undefined;
}

/** From a socket that the kernel names itself, unix(7) "autobind": nothing is left behind, whatever becomes of us. */
function toPath(path: string): NotifySocket {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: "" });
  const encoder = new TextEncoder();
  let open = true;
  return {
    async send(text) {
      await socket.send(encoder.encode(text), { transport: "unixpacket", path });
    },
    [Symbol.dispose]() {
      if (open) socket.close();
      open = false;
    },
  };
}

/** Milliseconds that a helper may take. */
const HELPER_LIMIT_MS = 5000;

/**
 * Who sends to an abstract socket for us: the runtime takes no address with a NUL in it. systemd-notify(1) sends in the
 * name of its parent, which is us, where it may (root); else the receiver sees its own PID.
 */
const HELPERS: readonly ((address: string, text: string) => readonly string[])[] = [
  (_, text) => ["systemd-notify", "--no-block", ...text.split("\n")],
  (address, text) => ["perl", "-MSocket", "-e", SEND_IN_PERL, address.slice(1), text],
];
const SEND_IN_PERL =
  'socket(S, PF_UNIX, SOCK_DGRAM, 0) && send(S, $ARGV[1], 0, pack_sockaddr_un("\\0$ARGV[0]")) or die $!';
const HELPER_PATH = "/usr/bin:/bin:/usr/local/bin";

function toAbstract(address: string): NotifySocket {
  const ending = new AbortController();
  let first = 0;
  return {
    async send(text) {
      for (; first < HELPERS.length; first++) {
        const command = HELPERS[first]?.(address, text) ?? [];
        if (await run(command, { address, signal: ending.signal })) return;
      }
      throw new Error("an abstract socket is reached through systemd-notify or perl only, and neither is there");
    },
    [Symbol.dispose]: () => ending.abort(),
  };
}

/** @returns false when there is no such helper @throws Error with what it said when it could not send */
async function run(command: readonly string[], { address, signal }: { address: string; signal: AbortSignal }) {
  const env = { NOTIFY_SOCKET: address, PATH: HELPER_PATH, LC_ALL: "C" };
  try {
    const bounds = { limitMs: HELPER_LIMIT_MS, maxBytes: 1024, signal };
    const { code, stderr } = await runBounded({ command, env, cwd: "/", ...bounds });
    if (code !== 0) throw new Error(stderr.trim() || `${command[0]} ended with ${code ?? "a signal"}`);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw error;
  }
}
