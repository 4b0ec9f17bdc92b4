/** What is sent by {@link systemPost}. */
export interface PostOptions {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** POSTs to an http or https address; @returns the status code. Rejects with what fetch throws, the address in its text. */
export type Post = (url: string, options: PostOptions) => Promise<number>;

/**
 * The machine's network. Follows no redirect and reads no body. Proxies of the environment (HTTP_PROXY, HTTPS_PROXY,
 * NO_PROXY) are for the outside: an http address of this host is asked directly, whatever they say.
 */
export const systemPost: Post = async (url, { body, headers, signal }) => {
  const client = directClient(url);
  try {
    const options = { method: "POST", body, headers, signal, redirect: "manual" as const };
    const response = await fetch(url, { ...options, ...(client === undefined ? {} : { client }) });
    await response.body?.cancel();
    return response.status;
  } finally {
    client?.close();
  }
};

function directClient(url: string): Deno.HttpClient | undefined {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "http:" || !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return undefined;
  const plain = hostname.replace(/^\[|\]$/g, "");
  return Deno.createHttpClient({ proxy: { transport: "tcp", hostname: plain, port: Number(port || 80) } });
}
