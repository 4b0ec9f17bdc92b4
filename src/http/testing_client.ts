/** Sends bytes as they are and reads the answer to its end; for tests that fetch is too well-behaved for. */
export async function sendRaw(port: number, text: string, options: RawOptions = {}): Promise<RawAnswer> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  try {
    for (let done = 0; done < bytes.length;) done += await conn.write(bytes.subarray(done));
    if (options.half !== false) await conn.closeWrite();
    const answer = await new Response(conn.readable, {}).text();
    return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0), text: answer };
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) return REFUSED;
    throw error;
  }
}

export interface RawOptions {
  /** Whether our side is closed behind the bytes. Default true. */
  readonly half?: boolean;
}

export interface RawAnswer {
  /** 0 when the server closed without an answer. */
  readonly status: number;
  readonly text: string;
}

const REFUSED: RawAnswer = { status: 0, text: "" };

/** Leaves a socket at `path` that nobody listens on, as a killed daemon does. */
export function leaveStaleSocket(path: string): void {
  using _listener = Deno.listen({ transport: "unix", path: `${path}.live` });
  Deno.renameSync(`${path}.live`, path); // The runtime removes a closed listener's own path, not this one.
}
