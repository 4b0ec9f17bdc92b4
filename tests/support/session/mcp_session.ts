/**
 * A client of an MCP gateway that takes nothing on trust: it sees every message that an answer is made of. The real client
 * asks again by itself when a connection breaks, and would hide what this is to find.
 */
interface Message {
  readonly id?: number;
  readonly result?: { readonly content: readonly { readonly text: string }[] };
  readonly error?: { readonly code: number; readonly message: string };
}

/** The other side has said no, in words. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const VERSION = "2025-06-18";

export class McpSession {
  readonly #url: string;
  readonly #limitMs: number;
  #id = 0;
  #session: string | null = null;

  private constructor(url: string, limitMs: number) {
    this.#url = url;
    this.#limitMs = limitMs;
  }

  /** @throws as {@link McpSession.request} does */
  static async begin(port: number, limitMs: number): Promise<McpSession> {
    const session = new McpSession(`http://127.0.0.1:${port}/mcp`, limitMs);
    const clientInfo = { name: "session", version: "1" };
    await session.request("initialize", { protocolVersion: VERSION, capabilities: {}, clientInfo });
    const response = await session.#post({ jsonrpc: "2.0", method: "notifications/initialized" });
    await response.body?.cancel();
    return session;
  }

  /**
   * @throws Refused when the answer is an error, TypeError when the connection fails or ends, DOMException (TimeoutError)
   *   when nothing comes, and Error when there is more or less than one answer, or that of another request
   */
  async request(method: string, params: unknown): Promise<NonNullable<Message["result"]>> {
    const id = ++this.#id;
    const response = await this.#post({ jsonrpc: "2.0", id, method, params });
    const messages = messagesOf(await response.text());
    this.#session ??= response.headers.get("mcp-session-id");
    if (!response.ok) throw new Refused(messages[0]?.error?.message ?? `${response.status}`);
    const answers = messages.filter((message) => "id" in message);
    const [answer] = answers;
    if (answers.length !== 1 || answer?.id !== id) throw new Error(`request ${id} got ${JSON.stringify(messages)}`);
    if (answer.error !== undefined) throw new Refused(`${answer.error.code} ${answer.error.message}`);
    return answer.result ?? { content: [] };
  }

  #post(message: unknown): Promise<Response> {
    return fetch(this.#url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(this.#session === null ? {} : { "mcp-session-id": this.#session, "mcp-protocol-version": VERSION }),
      },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(this.#limitMs),
    });
  }
}

/** Of JSON, or of server-sent events. */
function messagesOf(text: string): readonly Message[] {
  if (text.startsWith("{")) return [JSON.parse(text)];
  return text.split("\n").filter((line) => /^data: ?\{/.test(line)).map((line) => JSON.parse(line.slice(5)));
}
